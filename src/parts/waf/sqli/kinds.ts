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
  /** Comparisons that are English words as well: `in`, `is`, `like`, `between`. */
  word_compare: 29,

  open: 40,
  not: 41,
  verb: 42,
  object: 43,
  by: 44,
  sort: 45,
  quantifier: 46,
  case_word: 47,
  when: 48,
  put: 49,
  delete: 50,
  update: 51,
  exec: 52,
  declare: 53,
  wait: 54,
  delay: 55,
  shutdown: 56,
  into: 57,
  file: 58,
  from: 59,
  set: 60,
  function_name: 61,
  danger_name: 62,
  block_comment: 63,
  close_brace: 64,
  values: 65,
  /** A word that starts a statement and is otherwise just a name. */
  starter: 66,
  /** A function whose name is an English word, so that `right (see map)` is none. */
  english_function: 67,
} as const

/** How many kinds can appear in a shape; all below 40. */
export const shape_kinds = 30

/** One letter for each kind of a shape, for fingerprints and for the grammar. */
export const letters = '$1suqvnfFgoa&UESBDCk),;cX?bMmw'
