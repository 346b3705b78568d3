import { isSpace, scratchBytes, text } from './bytes.ts'

/** 0xA0, which MySQL and HTML read as a space. */
const NO_BREAK_SPACE = 160

function isBlank(code: number): boolean {
  return isSpace(code) || code === NO_BREAK_SPACE
}

/** Every run of white space (with the no-break space, as the manual says) becomes one space. Manual: compressWhitespace. */
export function compressWhitespace(value: string): string {
  const length = value.length
  let start = 0
  let is_inside = false
  for (; start < length; start++) {
    const code = value.charCodeAt(start)
    if (isBlank(code) && (is_inside || code !== 32)) break
    is_inside = code === 32
  }
  if (start === length) return value
  const out = scratchBytes(length)
  out.write(value, 0, start, 'latin1')
  let size = start
  for (let i = start; i < length; i++) {
    const code = value.charCodeAt(i)
    if (!isBlank(code)) out[size++] = code
    else if (!is_inside) out[size++] = 32
    is_inside = isBlank(code)
  }
  return text(out, size)
}

/** White space goes away, the no-break space too. Manual: removeWhitespace. */
export function removeWhitespace(value: string): string {
  const length = value.length
  let start = 0
  while (start < length && !isBlank(value.charCodeAt(start))) start++
  if (start === length) return value
  const out = scratchBytes(length)
  out.write(value, 0, start, 'latin1')
  let size = start
  for (let i = start; i < length; i++) {
    const code = value.charCodeAt(i)
    if (!isBlank(code)) out[size++] = code
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
