import { scratchBytes, text } from './bytes.ts'

/** Six-bit values of RFC 4648 section 4; -1 for other bytes. */
function sextets(url_safe: boolean): Int8Array {
  const table = new Int8Array(256).fill(-1)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i
  if (url_safe) {
    table[45] = 62
    table[95] = 63
  }
  return table
}

const STANDARD = sextets(false)
const LENIENT = sextets(true)

/**
 * Decodes up to the first byte that is not base64 (line breaks are skipped), so that a value with a
 * base64 head is seen decoded. Bits that do not fill a byte are dropped. Manual: base64Decode.
 */
export function base64Decode(value: string): string {
  return decode(value, STANDARD, false)
}

/**
 * Decodes and skips every byte that is not base64; `-` and `_` count as `+` and `/`. Manual:
 * base64DecodeExt.
 */
export function base64DecodeExt(value: string): string {
  return decode(value, LENIENT, true)
}

function decode(value: string, table: Int8Array, skips_others: boolean): string {
  const length = value.length
  if (length === 0) return value
  const out = scratchBytes(((length * 3) >> 2) + 3)
  let size = 0
  let bits = 0
  let held = 0
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    const sextet = table[code] ?? -1
    if (sextet < 0) {
      if (skips_others || code === 10 || code === 13) continue
      break
    }
    held = ((held << 6) | sextet) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[size++] = (held >> bits) & 255
    }
  }
  const result = text(out, size)
  return result === value ? value : result
}

/** RFC 4648 section 4 with padding. Manual: base64Encode. */
export function base64Encode(value: string): string {
  if (value.length === 0) return value
  return Buffer.from(value, 'latin1').toString('base64')
}
