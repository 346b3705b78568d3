/**
 * Secrets that give themselves away wherever they stand: card numbers, bearer tokens, signed
 * tokens.
 */
import type { Range } from './shape.ts'

/** Finds them in one pass each; never more than linear. */
export function patternRanges(text: string): Range[] {
  const out: Range[] = []
  cards(text, out)
  schemes(text, out)
  signedTokens(text, out)
  return out
}

/**
 * 13 to 19 digits with a right check digit (Luhn), in one group or several, with one space, dash,
 * dot or plus (also percent-encoded) between them. A number begins and ends with a group.
 */
function cards(text: string, out: Range[]): void {
  let i = 0
  while (i < text.length) {
    if (!isDigit(text.charCodeAt(i))) {
      i++
      continue
    }
    const groups: Range[] = []
    let at = i
    for (;;) {
      const start = at
      while (isDigit(text.charCodeAt(at))) at++
      groups.push([start, at])
      const gap = gapAt(text, at)
      if (gap === 0 || !isDigit(text.charCodeAt(at + gap))) break
      at += gap
    }
    for (let first = 0; first < groups.length; first++) {
      const last = cardEnd(text, groups, first)
      if (last < 0) continue
      out.push([groups[first]?.[0] ?? 0, groups[last]?.[1] ?? 0])
      first = last
    }
    i = at + 1
  }
}

/**
 * Index of the last group of a card that begins with group `first`, the longest one; -1 when there
 * is none.
 */
function cardEnd(text: string, groups: readonly Range[], first: number): number {
  const digits: number[] = []
  let found = -1
  for (let g = first; g < groups.length; g++) {
    const [start, end] = groups[g] ?? [0, 0]
    if (digits.length + end - start > 19) break
    for (let i = start; i < end; i++) digits.push(text.charCodeAt(i) - 0x30)
    if (digits.length >= 13 && luhn(digits)) found = g
  }
  return found
}

function gapAt(text: string, at: number): number {
  const c = text.charAt(at)
  if (c === ' ' || c === '-' || c === '+' || c === '.') return 1
  if (c === '%')
    return text.startsWith('%20', at) || text.startsWith('%2D', at) || text.startsWith('%2d', at)
      ? 3
      : 0
  return 0
}

function luhn(digits: readonly number[]): boolean {
  let sum = 0
  let all = 0
  for (let k = 0; k < digits.length; k++) {
    const digit = digits[digits.length - 1 - k] ?? 0
    all |= digit
    const doubled = k % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return all !== 0 && sum % 10 === 0
}

const schemeWords = ['bearer', 'basic', 'digest', 'negotiate']

/** What follows an authentication scheme (RFC 9110, section 11.4). */
function schemes(text: string, out: Range[]): void {
  const lower = text.toLowerCase()
  for (const word of schemeWords) {
    let from = 0
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, from)) {
      from = at + word.length
      const gap = text.startsWith('%20', from) ? 3 : /[ +\t]/.test(text.charAt(from)) ? 1 : 0
      if (gap === 0) continue
      from += gap
      let to = from
      while (to < text.length && isTokenByte(text.charCodeAt(to))) to++
      if (to - from >= 4) out.push([from, to])
      from = to
    }
  }
}

/** JSON Web Tokens: `eyJ…`, in three parts (RFC 7515, section 3.1). */
function signedTokens(text: string, out: Range[]): void {
  for (let at = text.indexOf('eyJ'); at >= 0; at = text.indexOf('eyJ', at + 3)) {
    let to = at
    while (to < text.length && isTokenByte(text.charCodeAt(to))) to++
    if (to - at >= 16) out.push([at, to])
    at = Math.max(at, to - 3)
  }
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}

/** token68 and percent escapes. */
function isTokenByte(c: number): boolean {
  return (
    isDigit(c) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x2d ||
    c === 0x2e ||
    c === 0x5f ||
    c === 0x7e ||
    c === 0x2b ||
    c === 0x2f ||
    c === 0x3d ||
    c === 0x25
  )
}
