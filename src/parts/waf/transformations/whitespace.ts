import { byteSet, firstOf, firstPosition, isSpace, startedBytes, text } from './bytes.ts'

/** 0xA0, which MySQL and HTML read as a space. */
const NO_BREAK_SPACE = 160

function isBlank(code: number): boolean {
  return isSpace(code) || code === NO_BREAK_SPACE
}

const BLANKS = byteSet(isBlank)
const BLANKS_BUT_SPACE = byteSet((code) => code !== 32 && isBlank(code))

/**
 * Every run of white space (with the no-break space, as the manual says) becomes one space. Manual:
 * compressWhitespace.
 */
export function compressWhitespace(value: string): string {
  const start = firstPosition(firstOf(value, BLANKS_BUT_SPACE), value.indexOf('  '))
  if (start < 0) return value
  const length = value.length
  // In place: the result is never longer than what was read.
  const out = startedBytes(value, length, length)
  let size = start
  let is_inside = start > 0 && value.charCodeAt(start - 1) === 32
  for (let i = start; i < length; i++) {
    const code = out[i] ?? 0
    const is_blank = BLANKS[code] !== 0
    if (!is_blank) out[size++] = code
    else if (!is_inside) out[size++] = 32
    is_inside = is_blank
  }
  return text(out, size)
}

/** White space goes away, the no-break space too. Manual: removeWhitespace. */
export function removeWhitespace(value: string): string {
  const start = firstOf(value, BLANKS)
  if (start < 0) return value
  const length = value.length
  // In place: the result is never longer than what was read.
  const out = startedBytes(value, length, length)
  let size = start
  for (let i = start; i < length; i++) {
    const code = out[i] ?? 0
    if (BLANKS[code] === 0) out[size++] = code
  }
  return text(out, size)
}

/** White space at both ends goes away. Manual: trim. */
export function trim(value: string): string {
  return trimLeft(trimRight(value))
}

/** White space at the beginning goes away. Manual: trimLeft. */
export function trimLeft(value: string): string {
  let start = 0
  while (start < value.length && isSpace(value.charCodeAt(start))) start++
  return start === 0 ? value : value.slice(start)
}

/** White space at the end goes away. Manual: trimRight. */
export function trimRight(value: string): string {
  let end = value.length
  while (end > 0 && isSpace(value.charCodeAt(end - 1))) end--
  return end === value.length ? value : value.slice(0, end)
}

/** NUL bytes go away. Manual: removeNulls. */
export function removeNulls(value: string): string {
  return value.indexOf('\0') < 0 ? value : value.replaceAll('\0', '')
}

/** NUL bytes become spaces. Manual: replaceNulls. */
export function replaceNulls(value: string): string {
  return value.indexOf('\0') < 0 ? value : value.replaceAll('\0', ' ')
}
