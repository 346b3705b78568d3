/**
 * What a piece of SQL is. The first group makes up shapes and fingerprints; the second group are
 * words that only mean something together with the next word, so they never reach a shape.
 */
export const kind = {
  end: 0,
  number: 1,
  string: 2,
  /** A string that reaches the end of the value: the application's own quote would close it. */
  unclosed: 3,
  /** The rest of the application's string, up to the quote in the value that leaves it. */
  breakout: 4,
  variable: 5,
  name: 6,
  call: 7,
  /** A call of a function that only an attacker has a use for. */
  danger: 8,
  other_call: 9,
  compare: 10,
  /** `+`, `-`, `|`, `^`, `&`: they join a broken string without leaving a trace. */
  arithmetic: 11,
  logic: 12,
  union: 13,
  select: 14,
  /** `( select` */
  subselect: 15,
  /** `order by`, `group by`. */
  clause: 16,
  /** `drop table`, `insert into`, `waitfor delay`: a verb with the word that proves it. */
  statement: 17,
  /** `case when` */
  case: 18,
  keyword: 19,
  close: 20,
  comma: 21,
  semicolon: 22,
  /** A comment that swallows the rest of the value. */
  comment: 23,
  /** `/*! … *\/` with SQL inside, which MySQL and MariaDB run. */
  executable: 24,
  other: 25,
  /** `having`, `limit`, `offset`, `procedure`: also plain English. */
  bound: 26,
  /** A word that starts a statement, behind a semicolon. */
  command: 27,
  /** `/`, `*`, `%` and their words: also in paths and patterns between quotes. */
  multiply: 28,

  open: 51,
  not: 52,
  verb: 55,
  object: 29,
  by: 30,
  sort: 31,
  quantifier: 32,
  case_word: 33,
  when: 34,
  put: 35,
  delete: 36,
  update: 37,
  exec: 38,
  declare: 39,
  wait: 40,
  delay: 41,
  shutdown: 42,
  into: 43,
  file: 44,
  from: 45,
  set: 46,
  function_name: 47,
  danger_name: 48,
  block_comment: 49,
  close_brace: 50,
  values: 53,
  /** A word that starts a statement and is otherwise just a name. */
  starter: 54,
} as const

/** How many kinds can appear in a shape. */
export const shape_kinds = 29

/** One letter for each kind of a shape, for fingerprints and for the grammar. */
export const letters = '$1suqvnfFgoa&UESBDCk),;cX?bMm'
