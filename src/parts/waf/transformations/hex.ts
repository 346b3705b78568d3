import { hexByte, scratchBytes, text } from './bytes.ts'

/**
 * Decodes pairs of digits up to the first that is none; an odd digit at the end is dropped. Manual:
 * hexDecode.
 */
export function hexDecode(value: string): string {
  if (value.length === 0) return value
  const out = scratchBytes(value.length >> 1)
  let size = 0
  for (let i = 0; i + 1 < value.length; i += 2) {
    const code = hexByte(value, i)
    if (code < 0) break
    out[size++] = code
  }
  return text(out, size)
}

/** Two lower-case digits a byte. Manual: hexEncode. */
export function hexEncode(value: string): string {
  return value.length === 0 ? value : Buffer.from(value, 'latin1').toString('hex')
}

/** `0x` followed by pairs of digits becomes the bytes, as MySQL reads it. Manual: sqlHexDecode. */
export function sqlHexDecode(value: string): string {
  let next = prefixAt(value, 0)
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
    i += 2
    for (let code = hexByte(value, i); code >= 0; code = hexByte(value, i)) {
      out[size++] = code
      i += 2
    }
    next = prefixAt(value, i)
    if (next < 0) next = length
  }
  return text(out, size)
}

/** Where the next `0x` with a pair of digits begins, -1 when there is none. */
function prefixAt(value: string, from: number): number {
  for (let i = value.indexOf('0', from); i >= 0; i = value.indexOf('0', i + 1)) {
    if ((value.charCodeAt(i + 1) | 32) === 120 && hexByte(value, i + 2) >= 0) return i
  }
  return -1
}
