import { isSpace } from '../transformations/bytes.ts'

/** One `name=value` of a Content-Type or Content-Disposition header. */
export type Parameter = {
  /** Lower case. */
  readonly name: string
  /** Without quotes and their escapes. */
  readonly value: string
  readonly quote: '' | '"' | "'"
  /** True for white space around the `=`. */
  readonly has_whitespace: boolean
}

/** What a header says behind its first word. */
export type Parameters = {
  readonly list: readonly Parameter[]
  readonly is_semicolon_missing: boolean
  /** The first thing that is wrong with it. */
  readonly problem: string | undefined
}

type Cursor = { readonly header: string; at: number; problem: string | undefined }

/**
 * Reads parameters from `from` on, forgiving but not silent: whatever it had to guess, it says in
 * `problem`. With `has_single_quotes` a value may stand in single quotes too, as some servers
 * accept.
 */
export function readParameters(
  header: string,
  from: number,
  has_single_quotes: boolean,
): Parameters {
  const cursor: Cursor = { header, at: from, problem: undefined }
  const list: Parameter[] = []
  let is_semicolon_missing = false
  for (;;) {
    skipSpace(cursor)
    if (cursor.at >= header.length) break
    if (header.charCodeAt(cursor.at) === 59) {
      cursor.at++
      skipSpace(cursor)
      // A semicolon at the very end, or two of them, hides nothing.
      if (cursor.at >= header.length || header.charCodeAt(cursor.at) === 59) continue
    } else {
      is_semicolon_missing = true
    }
    const parameter = readParameter(cursor, has_single_quotes)
    if (parameter !== undefined) list.push(parameter)
  }
  return { list, is_semicolon_missing, problem: cursor.problem }
}

function readParameter(cursor: Cursor, has_single_quotes: boolean): Parameter | undefined {
  const { header } = cursor
  const from = cursor.at
  while (cursor.at < header.length && !endsName(header.charCodeAt(cursor.at))) cursor.at++
  const name = header.slice(from, cursor.at).toLowerCase()
  const before = cursor.at
  skipSpace(cursor)
  if (header.charCodeAt(cursor.at) !== 61) {
    cursor.problem ??= 'parameter without a value'
    return undefined
  }
  cursor.at++
  const after = cursor.at
  skipSpace(cursor)
  if (name === '') cursor.problem ??= 'parameter without a name'
  const has_whitespace = cursor.at > after || after > before + 1
  const quote = header.charAt(cursor.at)
  if (quote === '"' || (quote === "'" && has_single_quotes)) {
    return { name, value: readQuoted(cursor, quote), quote, has_whitespace }
  }
  return { name, value: readToken(cursor), quote: '', has_whitespace }
}

function readToken(cursor: Cursor): string {
  const { header } = cursor
  const from = cursor.at
  for (; cursor.at < header.length; cursor.at++) {
    const code = header.charCodeAt(cursor.at)
    if (code === 59 || isSpace(code)) break
    if (code === 34) cursor.problem ??= 'quote inside a value'
  }
  return header.slice(from, cursor.at)
}

/**
 * Only the quote and the backslash are escaped: browsers send the backslashes of paths as they are.
 */
function readQuoted(cursor: Cursor, quote: string): string {
  const { header } = cursor
  let value = ''
  let from = ++cursor.at
  for (; cursor.at < header.length; cursor.at++) {
    const char = header.charAt(cursor.at)
    if (char === quote) {
      value += header.slice(from, cursor.at++)
      return value
    }
    const next = header.charAt(cursor.at + 1)
    if (char === '\\' && (next === quote || next === '\\')) {
      value += header.slice(from, cursor.at)
      from = ++cursor.at
    }
  }
  cursor.problem ??= 'open quote'
  return value + header.slice(from)
}

function endsName(code: number): boolean {
  return code === 61 || code === 59 || isSpace(code)
}

function skipSpace(cursor: Cursor): void {
  while (isSpace(cursor.header.charCodeAt(cursor.at))) cursor.at++
}
