import { regexFaults } from './faults.ts'

/** Where a parser stands in its pattern. */
export type Cursor = { readonly text: string; at: number }

/** Takes `token` when it comes next, and says whether it did. */
export function take(cursor: Cursor, token: string): boolean {
  if (!cursor.text.startsWith(token, cursor.at)) return false
  cursor.at += token.length
  return true
}

/** The code of the byte at the cursor; -1 at the end. */
export function peek(cursor: Cursor): number {
  return cursor.at < cursor.text.length ? cursor.text.charCodeAt(cursor.at) : -1
}

/** Takes everything up to `end` and `end` itself; a fault says that `what` is not closed. */
export function takeUntil(cursor: Cursor, end: string, what: string): string {
  const found = cursor.text.indexOf(end, cursor.at)
  if (found < 0) {
    throw regexFaults.syntax({ at: cursor.at, problem: `${what} is not closed with "${end}"` })
  }
  const inside = cursor.text.slice(cursor.at, found)
  cursor.at = found + end.length
  return inside
}

/** Takes up to `count_max` digits of the base; empty when there are none. */
export function takeDigits(cursor: Cursor, base: 8 | 10 | 16, count_max: number): string {
  const start = cursor.at
  while (cursor.at - start < count_max && isDigit(peek(cursor), base)) cursor.at++
  return cursor.text.slice(start, cursor.at)
}

function isDigit(code: number, base: 8 | 10 | 16): boolean {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 < base
  return base === 16 && ((code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66))
}
