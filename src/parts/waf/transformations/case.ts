import { byteSet, firstOf, startedBytes, text } from './bytes.ts'

const UPPER = byteSet((code) => code >= 65 && code <= 90)
const LOWER = byteSet((code) => code >= 97 && code <= 122)
const HIGH = byteSet((code) => code >= 128)

/** ASCII letters only: bytes above 127 are not letters of any known alphabet. Manual: lowercase. */
export function lowercase(value: string): string {
  if (firstOf(value, UPPER) < 0) return value
  // The runtime's own folding is vectored, and right as long as no byte is above 127.
  return firstOf(value, HIGH) < 0 ? value.toLowerCase() : flipped(value, UPPER)
}

/** ASCII letters only. Manual: uppercase. */
export function uppercase(value: string): string {
  if (firstOf(value, LOWER) < 0) return value
  return firstOf(value, HIGH) < 0 ? value.toUpperCase() : flipped(value, LOWER)
}

function flipped(value: string, letters: Uint8Array): string {
  const length = value.length
  const out = startedBytes(value, length, length)
  for (let i = 0; i < length; i++) {
    const code = out[i] ?? 0
    out[i] = letters[code] === 0 ? code : code ^ 32
  }
  return text(out, length)
}
