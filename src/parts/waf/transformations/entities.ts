import { hexDigit, scratchBytes, text } from './bytes.ts'

const AMPERSAND = 38
const SEMICOLON = 59

/** Longest name below. */
const NAME_LENGTH_MAX = 4

const named: ReadonlyMap<string, number> = new Map([
  ['quot', 34],
  ['amp', AMPERSAND],
  ['lt', 60],
  ['gt', 62],
  ['nbsp', 160],
])

/**
 * `&#xHH;`, `&#DDD;` and the names quot, amp, lt, gt, nbsp in any case, each with or without its
 * semicolon. A number above 255 leaves its lowest byte. Manual: htmlEntityDecode.
 */
export function htmlEntityDecode(value: string): string {
  let next = value.indexOf('&')
  if (next < 0) return value
  const length = value.length
  const out = scratchBytes(length)
  let size = 0
  let i = 0
  let is_changed = false
  while (i < length) {
    if (i < next) {
      out[size++] = value.charCodeAt(i++)
      continue
    }
    const entity = entityAt(value, i)
    if (entity === undefined) {
      out[size++] = value.charCodeAt(i++)
    } else {
      is_changed = true
      out[size++] = entity.code
      i = entity.end
    }
    next = value.indexOf('&', i)
    if (next < 0) next = length
  }
  return is_changed ? text(out, size) : value
}

function entityAt(value: string, at: number): { code: number; end: number } | undefined {
  if (value.charCodeAt(at + 1) !== 35) return nameAt(value, at + 1)
  const is_hex = (value.charCodeAt(at + 2) | 32) === 120
  const base = is_hex ? 16 : 10
  const from = at + (is_hex ? 3 : 2)
  let end = from
  let number = 0
  for (;;) {
    const digit = hexDigit(value.charCodeAt(end))
    if (digit < 0 || digit >= base) break
    // Saturates as strtol() does on 64 bits: the lowest byte of such a number is 255.
    number = number > 2 ** 40 ? Number.MAX_SAFE_INTEGER : number * base + digit
    end++
  }
  if (end === from) return undefined
  const code = number === Number.MAX_SAFE_INTEGER ? 255 : number % 256
  return { code, end: value.charCodeAt(end) === SEMICOLON ? end + 1 : end }
}

function nameAt(value: string, from: number): { code: number; end: number } | undefined {
  let end = from
  while (end - from <= NAME_LENGTH_MAX && isAlphanumeric(value.charCodeAt(end))) end++
  if (end - from < 2 || end - from > NAME_LENGTH_MAX) return undefined
  const code = named.get(value.slice(from, end).toLowerCase())
  if (code === undefined) return undefined
  return { code, end: value.charCodeAt(end) === SEMICOLON ? end + 1 : end }
}

function isAlphanumeric(code: number): boolean {
  if (code >= 48 && code <= 57) return true
  const lower = code | 32
  return lower >= 97 && lower <= 122
}
