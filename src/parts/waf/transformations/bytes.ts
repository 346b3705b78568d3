/** The longest scratch buffer that is kept between calls; a longer value gets one of its own. */
const SCRATCH_BYTES_MAX = 1 << 20

let scratch: Buffer = Buffer.allocUnsafe(0)

/**
 * A buffer to write a transformed value into, at least `length` bytes. It is shared: take the text out
 * with `text()` before anything else asks for one. Sound because transformations are synchronous.
 */
export function scratchBytes(length: number): Buffer {
  if (length <= scratch.length) return scratch
  if (length > SCRATCH_BYTES_MAX) return Buffer.allocUnsafeSlow(length)
  let size = 4096
  while (size < length) size *= 2
  scratch = Buffer.allocUnsafeSlow(size)
  return scratch
}

/** The first `length` bytes as a byte string. */
export function text(bytes: Buffer, length: number): string {
  return bytes.toString('latin1', 0, length)
}

/** The value of a hexadecimal digit, -1 for any other byte. NaN (past the end) is -1 too. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** The byte written as two hexadecimal digits at `at`, -1 when they are not two digits. */
export function hexByte(value: string, at: number): number {
  const high = hexDigit(value.charCodeAt(at))
  if (high < 0) return -1
  const low = hexDigit(value.charCodeAt(at + 1))
  return low < 0 ? -1 : high * 16 + low
}

/** C's isspace() in the C locale: space, \t, \n, \v, \f, \r. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
