/** Secrets that give themselves away wherever they stand: card numbers, bearer tokens, signed tokens. */
import type { Range } from './shape.ts'

/** Finds them in one pass each; never more than linear. */
export function patternRanges(text: string): Range[] {
  const out: Range[] = []
  cards(text, out)
  schemes(text, out)
  signedTokens(text, out)
  return out
}

/** 13 to 19 digits, single spaces or dashes (also percent-encoded ones and `+`) between them, with a right check digit (Luhn). */
function cards(text: string, out: Range[]): void {
  let i = 0
  while (i < text.length) {
    if (!isDigit(text.charCodeAt(i))) {
      i++
      continue
    }
    const digits: number[] = []
    const places: number[] = []
    let at = i
    while (at < text.length) {
      const c = text.charCodeAt(at)
      if (isDigit(c)) {
        digits.push(c - 0x30)
        places.push(at++)
        continue
      }
      const gap = gapAt(text, at)
      if (gap === 0 || !isDigit(text.charCodeAt(at + gap))) break
      at += gap
    }
    // The number may stand among other digits: try every start, the longest first; at most 40 digits of a run are tried.
    if (digits.length >= 13) {
      let first = 0
      while (first + 13 <= digits.length) {
        let found = 0
        for (let n = Math.min(19, digits.length - first); n >= 13 && found === 0; n--)
          if (luhn(digits, first, n)) found = n
        if (found === 0) first++
        else {
          out.push([places[first] ?? 0, (places[first + found - 1] ?? 0) + 1])
          first += found
        }
      }
    }
    i = at + 1
  }
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

function luhn(digits: readonly number[], first: number, count: number): boolean {
  let sum = 0
  let all = 0
  for (let k = 0; k < count; k++) {
    const digit = digits[first + count - 1 - k] ?? 0
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
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      let from = at + word.length
      const gap = text.startsWith('%20', from) ? 3 : /[ +\t]/.test(text.charAt(from)) ? 1 : 0
      if (gap === 0) continue
      from += gap
      let to = from
      while (to < text.length && isTokenByte(text.charCodeAt(to))) to++
      if (to - from >= 4) out.push([from, to])
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
