import { bestFit } from './best-fit.ts'
import { hexByte, scratchBytes, startedBytes, text } from './bytes.ts'

const PERCENT = 37
const PLUS = 43

/** `%HH` and `+`; a percent sign that is no escape stays. Manual: urlDecode. */
export function urlDecode(value: string): string {
  return decode(value, false)
}

/**
 * The same and IIS's `%uHHHH`, which becomes the byte that code page 20127 (US-ASCII, best fit) has
 * for it, else its lowest byte. Manual: urlDecodeUni with SecUnicodeMapFile 20127.
 */
export function urlDecodeUni(value: string): string {
  return decode(value, true)
}

function decode(value: string, has_unicode: boolean): string {
  const percent = value.indexOf('%')
  if (percent < 0) {
    // The runtime's own search is faster than any loop of ours, and most values have only spaces to
    // decode.
    return value.indexOf('+') < 0 ? value : value.replaceAll('+', ' ')
  }
  const length = value.length
  // In place: the result is never longer than what was read.
  const out = startedBytes(value, length, length)
  let size = 0
  let is_changed = false
  for (let i = 0; i < length; ) {
    const code = out[i] ?? 0
    if (code !== PERCENT) {
      if (code === PLUS) is_changed = true
      out[size++] = code === PLUS ? 32 : code
      i++
      continue
    }
    const byte = hexByte(value, i + 1)
    if (byte >= 0) {
      out[size++] = byte
      i += 3
      continue
    }
    const unit = has_unicode ? unicodeEscape(value, i) : -1
    out[size++] = unit < 0 ? code : bestFit(unit)
    i += unit < 0 ? 1 : 6
  }
  return is_changed || size !== length ? text(out, size) : value
}

function unicodeEscape(value: string, at: number): number {
  if ((value.charCodeAt(at + 1) | 32) !== 117) return -1
  const high = hexByte(value, at + 2)
  if (high < 0) return -1
  const low = hexByte(value, at + 4)
  return low < 0 ? -1 : high * 256 + low
}

/** How many percent signs begin no escape. Manual: URLENCODED_ERROR. */
export function invalidEscapes(value: string): number {
  let count = 0
  for (let i = value.indexOf('%'); i >= 0; i = value.indexOf('%', i + 1)) {
    if (hexByte(value, i + 1) < 0) count++
  }
  return count
}

/** Letters, digits and `*` stay, a space becomes `+`, the rest `%hh`. Manual: urlEncode. */
export function urlEncode(value: string): string {
  const length = value.length
  const out = scratchBytes(length * 3)
  let size = 0
  let is_changed = false
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (isKept(code)) {
      out[size++] = code
      continue
    }
    is_changed = true
    if (code === 32) {
      out[size++] = PLUS
    } else {
      out[size++] = PERCENT
      out[size++] = digit(code >> 4)
      out[size++] = digit(code & 15)
    }
  }
  return is_changed ? text(out, size) : value
}

function isKept(code: number): boolean {
  if ((code >= 48 && code <= 57) || code === 42) return true
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

function digit(value: number): number {
  return value < 10 ? 48 + value : 87 + value
}
