import { type ByteSet, escapeSets } from './bytes.ts'
import { type Cursor, peek, take, takeDigits, takeUntil } from './cursor.ts'
import { regexFaults } from './faults.ts'
import type { Assertion } from './tree.ts'

/** What a backslash stands for. A reference is a group's number, a negative distance, or a name. */
export type Escape =
  | { readonly kind: 'byte'; readonly byte: number }
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'reference'; readonly to: number | string }
  | { readonly kind: 'newline_sequence' }

const controls: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }

const assertions: Readonly<Record<string, Assertion>> = {
  A: 'text_start',
  b: 'word_edge',
  B: 'no_word_edge',
  z: 'text_end',
  Z: 'text_end_or_last_newline',
}

const refused: Readonly<Record<string, string>> = {
  G: 'the start-of-match assertion \\G',
  K: 'resetting the match start with \\K',
  p: 'the Unicode property \\p',
  P: 'the Unicode property \\P',
  u: 'the escape \\u',
  U: 'the escape \\U',
  l: 'the escape \\l',
  L: 'the escape \\L',
  X: 'the grapheme cluster \\X',
}

/**
 * Reads what follows a backslash outside a class; the cursor stands behind the backslash.
 * `groups_before` settles whether \12 is a back-reference or octal. Source: pcre2pattern(3),
 * "Backslash".
 */
export function parseEscape(cursor: Cursor, groups_before: number): Escape {
  const start = cursor.at - 1
  const letter = takeLetter(cursor, start)
  const assertion = assertions[letter]
  if (assertion !== undefined) return { kind: 'assert', assertion }
  if (letter === 'R') return { kind: 'newline_sequence' }
  if (letter === 'g' || letter === 'k') return parseReference(cursor, letter, start)
  if (letter >= '1' && letter <= '9') {
    const digits = letter + takeDigits(cursor, 10, 4)
    const number = Number(digits)
    if (number < 10 || letter >= '8' || number <= groups_before) {
      return { kind: 'reference', to: number }
    }
    cursor.at = start + 1
    return { kind: 'byte', byte: inRange(takeDigits(cursor, 8, 3), 8, start) }
  }
  return parseCommon(cursor, letter, start)
}

/** Reads what follows a backslash inside a class: a byte or a set. */
export function parseClassEscape(cursor: Cursor): Extract<Escape, { kind: 'byte' | 'set' }> {
  const start = cursor.at - 1
  const letter = takeLetter(cursor, start)
  if (letter === 'b') return { kind: 'byte', byte: 8 }
  if (letter >= '1' && letter <= '7') {
    cursor.at = start + 1
    return { kind: 'byte', byte: inRange(takeDigits(cursor, 8, 3), 8, start) }
  }
  return parseCommon(cursor, letter, start)
}

function takeLetter(cursor: Cursor, start: number): string {
  const letter = cursor.text[cursor.at]
  if (letter === undefined) {
    throw regexFaults.syntax({ at: start, problem: 'a backslash ends the pattern' })
  }
  cursor.at++
  return letter
}

function parseCommon(
  cursor: Cursor,
  letter: string,
  start: number,
): Extract<Escape, { kind: 'byte' | 'set' }> {
  const set = escapeSets[letter]
  if (set !== undefined) return { kind: 'set', set }
  const control = controls[letter]
  if (control !== undefined) return { kind: 'byte', byte: control }
  if (letter === 'x') return { kind: 'byte', byte: parseHex(cursor, start) }
  if (letter === '0')
    return { kind: 'byte', byte: Number.parseInt(`0${takeDigits(cursor, 8, 2)}`, 8) }
  if (letter === 'o' && take(cursor, '{')) {
    return { kind: 'byte', byte: inRange(takeUntil(cursor, '}', '\\o{'), 8, start) }
  }
  if (letter === 'c') {
    const code = peek(cursor)
    if (code < 0x20 || code > 0x7e) {
      throw regexFaults.syntax({ at: start, problem: '\\c needs a printable ASCII character' })
    }
    cursor.at++
    const upper = code >= 0x61 && code <= 0x7a ? code - 32 : code
    return { kind: 'byte', byte: upper ^ 0x40 }
  }
  const construct = refused[letter]
  if (construct !== undefined) throw regexFaults.unsupported({ at: start, construct })
  if (/[A-Za-z0-9]/.test(letter)) {
    throw regexFaults.syntax({ at: start, problem: `\\${letter} has no meaning` })
  }
  return { kind: 'byte', byte: letter.charCodeAt(0) }
}

function parseHex(cursor: Cursor, start: number): number {
  if (take(cursor, '{')) return inRange(takeUntil(cursor, '}', '\\x{'), 16, start)
  return Number.parseInt(`0${takeDigits(cursor, 16, 2)}`, 16)
}

function inRange(digits: string, base: 8 | 16, at: number): number {
  const valid = base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/
  if (!valid.test(digits)) {
    throw regexFaults.syntax({ at, problem: `"${digits}" is not a number of base ${base}` })
  }
  const byte = Number.parseInt(digits, base)
  if (byte > 255) {
    throw regexFaults.out_of_range({ at, problem: `${digits} (base ${base}) is not a byte` })
  }
  return byte
}

/** \g{1}, \g1, \g{-1}, \g{name}, \k{name}, \k<name>, \k'name'; \g<…> and \g'…' call a group. */
function parseReference(cursor: Cursor, letter: 'g' | 'k', start: number): Escape {
  if (letter === 'g' && (take(cursor, '<') || take(cursor, "'"))) {
    throw regexFaults.not_regular({
      at: start,
      construct: 'calling a group (\\g<…>)',
      instead: 'write the group out where it is called',
    })
  }
  let name = ''
  if (take(cursor, '{')) name = takeUntil(cursor, '}', `\\${letter}{`)
  else if (take(cursor, '<')) name = takeUntil(cursor, '>', `\\${letter}<`)
  else if (take(cursor, "'")) name = takeUntil(cursor, "'", `\\${letter}'`)
  else name = (take(cursor, '-') ? '-' : '') + takeDigits(cursor, 10, 4)
  if (name === '' || name === '-') {
    throw regexFaults.syntax({ at: start, problem: `\\${letter} needs a group` })
  }
  return { kind: 'reference', to: /^-?\d+$/.test(name) ? Number(name) : name }
}
