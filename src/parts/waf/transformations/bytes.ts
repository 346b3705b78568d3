/**
 * A buffer with the two methods of Buffer that its manual leaves out: they are what `write()` and
 * `toString()` call, and three times as fast as these on the short values that most requests are
 * made of.
 */
export type Bytes = Buffer & {
  latin1Slice(start: number, end: number): string
  latin1Write(text: string, offset: number, length: number): number
}

/** The longest scratch buffer that is kept between calls; a longer value gets one of its own. */
const SCRATCH_BYTES_MAX = 1 << 20

/** From this length on it is faster to copy a string into a buffer and look there (measured). */
const COPY_BYTES_MIN = 48

let scratch = allocate(4096)

function allocate(size: number): Bytes {
  return Buffer.allocUnsafeSlow(size) as Bytes
}

/**
 * A buffer to write a transformed value into, at least `length` bytes. It is shared: take the text
 * out with `text()` before anything else asks for one. Sound because transformations are
 * synchronous.
 */
export function scratchBytes(length: number): Bytes {
  if (length <= scratch.length) return scratch
  if (length > SCRATCH_BYTES_MAX) return allocate(length)
  let size = scratch.length
  while (size < length) size *= 2
  scratch = allocate(size)
  return scratch
}

/**
 * A scratch buffer of at least `size` bytes that begins with the first `length` bytes of the value.
 */
export function startedBytes(value: string, length: number, size: number): Bytes {
  const bytes = scratchBytes(size)
  if (length > 0) bytes.latin1Write(value, 0, length)
  return bytes
}

/** The first `length` bytes as a byte string. */
export function text(bytes: Bytes, length: number): string {
  return bytes.latin1Slice(0, length)
}

/** A table of 256 flags, set for the bytes of `members`; `firstOf()` searches for them. */
export function byteSet(members: string | ((code: number) => boolean)): Uint8Array {
  const flags = new Uint8Array(256)
  for (let code = 0; code < 256; code++) {
    const is_member =
      typeof members === 'string' ? members.includes(String.fromCharCode(code)) : members(code)
    flags[code] = is_member ? 1 : 0
  }
  return flags
}

/** Where the first byte of the set stands, -1 when there is none. */
export function firstOf(value: string, set: Uint8Array): number {
  const length = value.length
  if (length < COPY_BYTES_MIN) {
    for (let i = 0; i < length; i++) {
      if (set[value.charCodeAt(i)] !== 0) return i
    }
    return -1
  }
  const bytes = startedBytes(value, length, length)
  for (let i = 0; i < length; i++) {
    if (set[bytes[i] ?? 0] !== 0) return i
  }
  return -1
}

/** The lesser of two positions of which -1 means nowhere. */
export function firstPosition(a: number, b: number): number {
  if (a < 0) return b
  return b < 0 || a < b ? a : b
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
