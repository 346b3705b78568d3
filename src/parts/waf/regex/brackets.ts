import { addByte, type ByteSet, complement, foldCase, posixSets, union } from './bytes.ts'
import { type Cursor, take } from './cursor.ts'
import { parseClassEscape } from './escapes.ts'
import { regexFaults } from './faults.ts'

/**
 * Reads a class; the cursor stands behind its `[`. A hyphen beside a set such as \d is itself, as
 * in PCRE 1 and Perl. Source: pcre2pattern(3), "Square brackets and character classes".
 */
export function parseBrackets(cursor: Cursor, ignore_case: boolean): ByteSet {
  const start = cursor.at - 1
  const is_negated = take(cursor, '^')
  let set: ByteSet = new Uint32Array(8)
  let is_first = true
  for (;;) {
    if (!is_first && take(cursor, ']')) break
    const item = parseItem(cursor, start)
    is_first = false
    if (item === undefined) continue
    set = union(set, item)
  }
  if (ignore_case) set = foldCase(set)
  return is_negated ? complement(set) : set
}

function parseItem(cursor: Cursor, start: number): ByteSet | undefined {
  const low_at = cursor.at
  const low = parseAtom(cursor, start)
  if (low === undefined || typeof low !== 'number') return low
  const single = new Uint32Array(8)
  addByte(single, low)
  if (cursor.text[cursor.at] !== '-' || cursor.text[cursor.at + 1] === ']') return single
  const hyphen_at = cursor.at
  cursor.at++
  const high = parseAtom(cursor, start)
  if (typeof high !== 'number') {
    // No range after all: the hyphen is read again, as itself.
    cursor.at = hyphen_at
    addByte(single, 0x2d)
    cursor.at++
    return single
  }
  if (high < low) {
    throw regexFaults.syntax({ at: low_at, problem: 'a range in a class is out of order' })
  }
  for (let byte = low; byte <= high; byte++) addByte(single, byte)
  return single
}

/** A byte, a set, or undefined for an empty quotation. */
function parseAtom(cursor: Cursor, start: number): number | ByteSet | undefined {
  const code = cursor.text.charCodeAt(cursor.at)
  if (Number.isNaN(code)) {
    throw regexFaults.syntax({ at: start, problem: 'a class is not closed with "]"' })
  }
  cursor.at++
  if (code === 0x5c) {
    if (take(cursor, 'Q')) return parseQuoted(cursor, start)
    if (take(cursor, 'E')) return undefined
    const escaped = parseClassEscape(cursor)
    return escaped.kind === 'byte' ? escaped.byte : escaped.set
  }
  if (code === 0x5b) return parsePosix(cursor) ?? code
  return code
}

function parseQuoted(cursor: Cursor, start: number): ByteSet | undefined {
  const end = cursor.text.indexOf('\\E', cursor.at)
  if (end < 0) {
    throw regexFaults.syntax({ at: start, problem: 'a class is not closed with "]"' })
  }
  if (end === cursor.at) {
    cursor.at += 2
    return undefined
  }
  const set = new Uint32Array(8)
  for (; cursor.at < end; cursor.at++) addByte(set, cursor.text.charCodeAt(cursor.at))
  cursor.at += 2
  return set
}

/** `[:name:]` or `[:^name:]`; undefined when the bracket only stands for itself. */
function parsePosix(cursor: Cursor): ByteSet | undefined {
  const opener = cursor.text[cursor.at]
  if (opener !== ':' && opener !== '.' && opener !== '=') return undefined
  const end = cursor.text.indexOf(`${opener}]`, cursor.at + 1)
  if (end < 0) return undefined
  const inside = cursor.text.slice(cursor.at + 1, end)
  if (!/^\^?[a-z]*$/.test(inside)) return undefined
  const at = cursor.at - 1
  if (opener !== ':') {
    throw regexFaults.unsupported({ at, construct: 'a POSIX collating element' })
  }
  const is_negated = inside.startsWith('^')
  const set = posixSets[is_negated ? inside.slice(1) : inside]
  if (set === undefined) {
    throw regexFaults.syntax({ at, problem: `there is no POSIX class "${inside}"` })
  }
  cursor.at = end + 2
  return is_negated ? complement(set) : set
}
