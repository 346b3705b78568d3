import { scratchBytes, text } from './bytes.ts'

/** ASCII letters only: bytes above 127 are not letters of any known alphabet. Manual: lowercase. */
export function lowercase(value: string): string {
  const length = value.length
  let first = -1
  let is_ascii = true
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code >= 128) is_ascii = false
    else if (first < 0 && code >= 65 && code <= 90) first = i
  }
  if (first < 0) return value
  // The runtime's own folding is vectored, and right as long as no byte is above 127.
  return is_ascii ? value.toLowerCase() : flipped(value, 65, 90)
}

/** ASCII letters only. Manual: uppercase. */
export function uppercase(value: string): string {
  const length = value.length
  let first = -1
  let is_ascii = true
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code >= 128) is_ascii = false
    else if (first < 0 && code >= 97 && code <= 122) first = i
  }
  if (first < 0) return value
  return is_ascii ? value.toUpperCase() : flipped(value, 97, 122)
}

function flipped(value: string, from: number, to: number): string {
  const length = value.length
  const out = scratchBytes(length)
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    out[i] = code >= from && code <= to ? code ^ 32 : code
  }
  return text(out, length)
}
