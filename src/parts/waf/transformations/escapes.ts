import { hexByte, hexDigit, isSpace, scratchBytes, text } from './bytes.ts'

const BACKSLASH = 92

/**
 * Reads the escape whose backslash is at `at`. Gives its byte and the length of its spelling in one
 * number, `length * 512 + byte`, byte 256 for an escape that stands for nothing: no object for each
 * escape.
 */
type EscapeReader = (value: string, at: number) => number

const NOTHING = 256

/**
 * JavaScript escapes; `\uHHHH` leaves its lowest byte, full-width forms (FF01 to FF5E) their ASCII.
 * Manual: jsDecode.
 */
export function jsDecode(value: string): string {
  return unescaped(value, javascriptEscape)
}

/** CSS 2 escapes of one to six digits and the white space that ends them. Manual: cssDecode. */
export function cssDecode(value: string): string {
  return unescaped(value, cssEscape)
}

/** ANSI C escapes; an unknown one loses its backslash. Manual: escapeSeqDecode. */
export function escapeSeqDecode(value: string): string {
  return unescaped(value, ansiEscape)
}

function unescaped(value: string, read: EscapeReader): string {
  let next = value.indexOf('\\')
  if (next < 0) return value
  const length = value.length
  const out = scratchBytes(length)
  let size = 0
  let i = 0
  while (i < length) {
    if (i < next) {
      out[size++] = value.charCodeAt(i++)
      continue
    }
    const found = read(value, i)
    if ((found & NOTHING) === 0) out[size++] = found & 255
    i += found >> 9
    next = value.indexOf('\\', i)
    if (next < 0) next = length
  }
  // Each escape is shorter than its spelling, except a lone backslash at the end.
  return size === length ? value : text(out, size)
}

function javascriptEscape(value: string, at: number): number {
  const kind = value.charCodeAt(at + 1)
  if (kind === 117) {
    const high = hexByte(value, at + 2)
    const low = high < 0 ? -1 : hexByte(value, at + 4)
    if (low >= 0) return packed(fullWidth(high, low), 6)
  } else if (kind === 120) {
    const code = hexByte(value, at + 2)
    if (code >= 0) return packed(code, 4)
  } else if (isOctal(kind)) {
    return octalEscape(value, at, true)
  }
  if (at + 1 >= value.length) return packed(BACKSLASH, 1)
  return packed(controlCode(kind), 2)
}

function ansiEscape(value: string, at: number): number {
  if (at + 1 >= value.length) return packed(BACKSLASH, 1)
  const kind = value.charCodeAt(at + 1)
  if ((kind | 32) === 120) {
    const code = hexByte(value, at + 2)
    if (code >= 0) return packed(code, 4)
  } else if (isOctal(kind)) {
    return octalEscape(value, at, false)
  }
  return packed(controlCode(kind), 2)
}

/**
 * Up to three digits; JavaScript stops at two when three would not fit a byte, C drops the high
 * bits.
 */
function octalEscape(value: string, at: number, must_fit: boolean): number {
  let end = at + 1
  let code = 0
  while (end < at + 4 && isOctal(value.charCodeAt(end))) {
    const wider = code * 8 + value.charCodeAt(end) - 48
    if (must_fit && wider > 255) break
    code = wider
    end++
  }
  return packed(code & 255, end - at)
}

function cssEscape(value: string, at: number): number {
  const from = at + 1
  let end = from
  let code = 0
  while (end < from + 6) {
    const digit = hexDigit(value.charCodeAt(end))
    if (digit < 0) break
    code = code * 16 + digit
    end++
  }
  if (end > from) {
    const byte = end - from >= 4 && code <= 0xffff ? fullWidth(code >> 8, code & 255) : code & 255
    return packed(byte, (isSpace(value.charCodeAt(end)) ? end + 1 : end) - at)
  }
  if (from >= value.length) return packed(NOTHING, 1)
  const literal = value.charCodeAt(from)
  // A backslash before a line break continues the line: neither is part of the value.
  return packed(literal === 10 ? NOTHING : literal, 2)
}

function fullWidth(high: number, low: number): number {
  return high === 255 && low > 0 && low < 0x5f ? low + 32 : low
}

/** The control code of \a \b \f \n \r \t \v; every other byte stands for itself. */
function controlCode(kind: number): number {
  switch (kind) {
    case 97:
      return 7
    case 98:
      return 8
    case 102:
      return 12
    case 110:
      return 10
    case 114:
      return 13
    case 116:
      return 9
    case 118:
      return 11
    default:
      return kind
  }
}

function isOctal(code: number): boolean {
  return code >= 48 && code <= 55
}

function packed(byte: number, length: number): number {
  return length * 512 + byte
}
