import { createHash } from 'node:crypto'

/** The 16 bytes of the digest, not hexadecimal: `t:hexEncode` comes after it. Manual: md5. */
export function md5(value: string): string {
  return createHash('md5').update(value, 'latin1').digest('latin1')
}

/** The 20 bytes of the digest, not hexadecimal. Manual: sha1. */
export function sha1(value: string): string {
  return createHash('sha1').update(value, 'latin1').digest('latin1')
}

/** The length in bytes, as decimal text. Manual: length. */
export function length(value: string): string {
  return String(value.length)
}
