import { wordsOf, wordTable } from '../injection/word-table.ts'
import { kind } from './kinds.ts'
import { words } from './words.data.ts'

/** Two ways in which databases read the same bytes. */
export interface Dialect {
  /** `#` starts a comment, `--` only before white space, a backslash escapes in strings. */
  readonly mysql: boolean
}

/** The token last read; one is reused for the whole scan. */
export interface Token {
  kind: number
  start: number
  /** The first byte; NaN at the end. */
  code: number
  /** The first byte after the token, where the next one starts. */
  end: number
}

const wordKind = wordTable(wordsOf(words, (name) => kindOf(name)))

/** Reads the token at `at`. At the end of the value its kind is `end`. Never goes backwards. */
export function readToken(value: string, at: number, dialect: Dialect, token: Token): Token {
  let start = at
  while (start < value.length && isSpace(value, start)) start++
  token.start = start
  token.code = value.charCodeAt(start)
  if (start >= value.length) return finish(token, kind.end, start)
  const code = token.code
  if (isDigit(code)) return readNumber(value, start, token)
  if (isWordStart(code)) return readWord(value, start, dialect, token)
  if (code === 39 || code === 34) return readString(value, start + 1, code, dialect, token)
  return readSymbol(value, start, code, dialect, token)
}

/** Reads the inside of a string from `from` to its closing quote. Doubled quotes stay inside. */
export function readString(
  value: string,
  from: number,
  quote: number,
  dialect: Dialect,
  token: Token,
): Token {
  for (let at = from; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code === 92 && dialect.mysql) at++
    else if (code === quote) {
      if (value.charCodeAt(at + 1) === quote) at++
      else return finish(token, kind.string, at + 1)
    }
  }
  return finish(token, kind.unclosed, value.length)
}

function readNumber(value: string, start: number, token: Token): Token {
  let at = start + 1
  const second = value.charCodeAt(at) | 32
  if (value.charCodeAt(start) === 48 && (second === 120 || second === 98)) {
    return finish(token, kind.number, afterWord(value, at + 1))
  }
  while (isDigit(value.charCodeAt(at))) at++
  let is_decimal = false
  if (value.charCodeAt(at) === 46) {
    is_decimal = true
    while (isDigit(value.charCodeAt(++at)));
  }
  const exponent = afterExponent(value, at)
  if (exponent > at) {
    at = exponent
    is_decimal = true
  }
  const word_end = afterWord(value, at)
  // `1e0union` and `1or 1=1` run in some databases; `10px` and `3rd` are just names.
  if (word_end === at || is_decimal || isConnective(wordKind(value, at, word_end)))
    return finish(token, kind.number, at)
  return finish(token, kind.name, word_end)
}

function afterExponent(value: string, at: number): number {
  if ((value.charCodeAt(at) | 32) !== 101) return at
  const sign = value.charCodeAt(at + 1)
  let next = sign === 43 || sign === 45 ? at + 2 : at + 1
  if (!isDigit(value.charCodeAt(next))) return at
  while (isDigit(value.charCodeAt(next))) next++
  return next
}

function isConnective(word: number): boolean {
  return (
    word === kind.logic ||
    word === kind.union ||
    word === kind.compare ||
    word === kind.word_compare
  )
}

function readWord(value: string, start: number, dialect: Dialect, token: Token): Token {
  const end = afterWord(value, start)
  const next = value.charCodeAt(end)
  if ((next === 39 || next === 34) && end - start <= 2 && isPrefix(value, start, end)) {
    return readString(value, end + 1, next, dialect, token)
  }
  let word = wordKind(value, start, end)
  if (word === 0) {
    const dot = dotBeforeDigit(value, start, end)
    const first = dot < end ? wordKind(value, start, dot) : 0
    if (isConnective(first) || first === kind.select) return finish(token, first, dot)
  }
  if (word === kind.function_name) word = opensCall(value, end) ? kind.call : kind.name
  else if (word === kind.danger_name)
    word = !opensCall(value, end) ? word : isProse(value, end) ? kind.call : kind.danger
  else if (word === kind.english_function)
    word = opensCall(value, end) && !isProse(value, end) ? kind.call : kind.name
  else if (word === kind.variable && next === 40) word = kind.call
  else if (next === 40 && isAlsoFunction(word)) word = kind.call
  else if (word === 0) word = next === 40 ? kind.other_call : kind.name
  return finish(token, word, end)
}

/** `if(`, `replace(`, `database(`, `values(` are calls. */
function isAlsoFunction(word: number): boolean {
  return word === kind.object || word === kind.put || word === kind.starter || word === kind.values
}

/** `N'…'`, `x'…'`, `b'…'`, `e'…'`, `q'…'`, `u&'…'`: a letter that belongs to the string. */
function isPrefix(value: string, start: number, end: number): boolean {
  const code = value.charCodeAt(start) | 32
  return (
    end - start === 1 &&
    (code === 110 || code === 120 || code === 98 || code === 101 || code === 113)
  )
}

/** `sleep (8 hours)` is English, `sleep (8)` is not. */
function isProse(value: string, name_end: number): boolean {
  if (value.charCodeAt(name_end) === 40) return false
  let at = value.indexOf('(', name_end) + 1
  for (const limit = at + 16; at < limit && !isWordStart(value.charCodeAt(at)); at++);
  return isWordStart(value.charCodeAt(at))
}

/** Where `select.1` and `or.5` fall apart; `end` when there is no such dot. */
function dotBeforeDigit(value: string, start: number, end: number): number {
  // The longest word that is looked for has eight letters.
  for (let at = start; at < end && at <= start + 9; at++)
    if (value.charCodeAt(at) === 46) return isDigit(value.charCodeAt(at + 1)) ? at : end
  return end
}

/** Function names may stand apart from their parenthesis by white space or a comment. */
function opensCall(value: string, at: number): boolean {
  let next = at
  while (next < value.length && isSpace(value, next)) next++
  const code = value.charCodeAt(next)
  return code === 40 || (code === 47 && value.charCodeAt(next + 1) === 42)
}

function readSymbol(
  value: string,
  start: number,
  code: number,
  dialect: Dialect,
  token: Token,
): Token {
  const next = value.charCodeAt(start + 1)
  switch (code) {
    case 40:
      return finish(token, kind.open, start + 1)
    case 41:
      return finish(token, kind.close, start + 1)
    case 44:
      return finish(token, kind.comma, start + 1)
    case 59:
      return finish(token, kind.semicolon, start + 1)
    case 45:
      return readDash(value, start, next, dialect, token)
    case 47:
      return readSlash(value, start, next, token)
    case 35:
      return dialect.mysql
        ? readLineComment(value, start, token)
        : finish(token, kind.other, start + 1)
    case 46:
      if (isDigit(next)) return readNumber(value, start, token)
      return finish(token, kind.other, start + 1)
    case 64:
      return readVariable(value, start, token)
    case 36:
      return readDollar(value, start, token)
    case 96:
      return readDelimited(value, start, 96, token)
    case 123:
      return readBrace(value, start, token)
    case 125:
      return finish(token, kind.close_brace, start + 1)
    case 91:
      return readDelimited(value, start, 93, token)
    case 92:
      return readBackslash(value, start, next, token)
    default:
      return readOperator(value, start, code, next, token)
  }
}

function readDash(
  value: string,
  start: number,
  next: number,
  dialect: Dialect,
  token: Token,
): Token {
  const is_comment =
    next === 45 && (!dialect.mysql || start + 2 >= value.length || isSpace(value, start + 2))
  if (is_comment) return readLineComment(value, start, token)
  return finish(token, kind.arithmetic, next === 62 ? start + 2 : start + 1)
}

/** SQL goes on in the next line, where there is one. */
function readLineComment(value: string, start: number, token: Token): Token {
  const end = value.indexOf('\n', start)
  if (end < 0) return finish(token, kind.comment, value.length)
  return finish(token, kind.block_comment, end + 1)
}

function readSlash(value: string, start: number, next: number, token: Token): Token {
  if (next !== 42) return finish(token, kind.multiply, start + 1)
  if (value.charCodeAt(start + 2) === 33 && runsSql(value, start + 3))
    return finish(token, kind.executable, value.length)
  const close = value.indexOf('*/', start + 2)
  if (close < 0) return finish(token, kind.comment, value.length)
  return finish(token, kind.block_comment, close + 2)
}

/** After `/*!`: a version number or an SQL word. The banner of a style sheet is neither. */
function runsSql(value: string, from: number): boolean {
  let at = from
  while (at < value.length && isSpace(value, at)) at++
  if (at === from && isDigit(value.charCodeAt(at))) return true
  const word = wordKind(value, at, afterWord(value, at))
  if (at === from) return word !== 0
  return word === kind.union || word === kind.select || word === kind.logic
}

function readVariable(value: string, start: number, token: Token): Token {
  let at = start
  while (value.charCodeAt(at) === 64) at++
  const code = value.charCodeAt(at)
  if (code === 96 || code === 39 || code === 34) {
    readDelimited(value, at, code, token)
    return finish(token, kind.variable, token.end)
  }
  const end = afterWord(value, at)
  return finish(token, end > at ? kind.variable : kind.other, end)
}

/** `\N` is null to MySQL; before a name it belongs to a path. */
function readBackslash(value: string, start: number, next: number, token: Token): Token {
  if (next === 78) return finish(token, kind.variable, start + 2)
  let at = start + 1
  while (value.charCodeAt(at) === 92) at++
  const end = afterWord(value, at)
  return end > at ? finish(token, kind.name, end) : finish(token, kind.other, at)
}

/** `{d '2020-01-01'}`, `{fn now()}`: the escapes of ODBC, which MySQL reads too. */
function readBrace(value: string, start: number, token: Token): Token {
  const end = afterWord(value, start + 1)
  const code = value.charCodeAt(end)
  const is_gap = isSpace(value, end) || (code === 47 && value.charCodeAt(end + 1) === 42)
  const is_escape = end > start + 1 && (is_gap || code === 39 || code === 40 || code === 96)
  if (is_escape) return finish(token, kind.open, end)
  return finish(token, kind.other, start + 1)
}

/** `$1.50` is money, `$$…$$` and `$tag$…$tag$` are strings of PostgreSQL. */
function readDollar(value: string, start: number, token: Token): Token {
  const tag_end = value.charCodeAt(start + 1) === 36 ? start + 1 : afterWord(value, start + 1)
  if (isDigit(value.charCodeAt(start + 1))) return readNumber(value, start + 1, token)
  // A tag is an identifier: 63 bytes at most, which keeps the search linear.
  if (value.charCodeAt(tag_end) !== 36 || tag_end - start > 64)
    return finish(token, kind.other, Math.max(tag_end, start + 1))
  const tag = value.slice(start, tag_end + 1)
  const close = value.indexOf(tag, tag_end + 1)
  if (close < 0) return finish(token, kind.unclosed, value.length)
  return finish(token, kind.string, close + tag.length)
}

function readDelimited(value: string, start: number, close: number, token: Token): Token {
  const end = value.indexOf(String.fromCharCode(close), start + 1)
  if (end < 0) return finish(token, kind.other, value.length)
  return finish(token, kind.name, end + 1)
}

function readOperator(
  value: string,
  start: number,
  code: number,
  next: number,
  token: Token,
): Token {
  // `!`, `<`, `=` and `>` start comparisons of up to three characters.
  if (code === 33 || isComparison(code)) {
    let end = start + 1
    while (end < start + 3 && isComparison(value.charCodeAt(end))) end++
    if (code === 33 && end === start + 1) return finish(token, kind.not, end)
    const is_shift = code !== 61 && next === code && end === start + 2
    return finish(token, is_shift ? kind.arithmetic : kind.compare, end)
  }
  if (code === 38 || code === 124) {
    const is_double = next === code
    return finish(token, is_double ? kind.logic : kind.arithmetic, start + (is_double ? 2 : 1))
  }
  if (code === 43 || code === 94) return finish(token, kind.arithmetic, start + 1)
  if (code === 42 || code === 37) return finish(token, kind.multiply, start + 1)
  // `~` and `~*` match in PostgreSQL; as a sign, the fold drops it.
  if (code === 126) return finish(token, kind.compare, start + (next === 42 ? 2 : 1))
  if (code === 58 && next === 61) return finish(token, kind.compare, start + 2)
  return finish(token, kind.other, start + 1)
}

function isComparison(code: number): boolean {
  return code >= 60 && code <= 62
}

function finish(token: Token, what: number, end: number): Token {
  token.kind = what
  token.end = end
  return token
}

/** Names hold letters, digits, `_`, `$`, bytes above 0x7F, and dots and `@` between such. */
function afterWord(value: string, from: number): number {
  let at = from
  for (;;) {
    const code = value.charCodeAt(at)
    if (isWord(code)) {
      if (code === 0xa0 && isSpace(value, at)) return at
      at++
    } else if ((code === 46 || code === 64) && at > from && isWord(value.charCodeAt(at + 1))) at++
    else return at
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
}

/** A byte that names and numbers are made of. */
export function isWord(code: number): boolean {
  return isWordStart(code) || isDigit(code)
}

/** 0xA0 is white space to MySQL and SQL Server, unless it ends a UTF-8 letter such as "à". */
function isSpace(value: string, at: number): boolean {
  const code = value.charCodeAt(at)
  return code <= 32 || code === 127 || (code === 0xa0 && !(value.charCodeAt(at - 1) >= 0xc3))
}

function kindOf(name: string): number {
  const found = Object.entries(kind).find(([key]) => key === name)
  return found === undefined ? kind.other : found[1]
}
