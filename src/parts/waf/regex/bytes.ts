/** A set of byte values, one bit each: byte `b` is bit `b & 31` of word `b >> 5`. */
export type ByteSet = Readonly<Uint32Array>

/** The set of all listed bytes and [low, high] ranges. */
export function bytes(...members: readonly (number | readonly [number, number])[]): ByteSet {
  const set = new Uint32Array(8)
  for (const member of members) {
    const [low, high] = typeof member === 'number' ? [member, member] : member
    for (let byte = low; byte <= high; byte++) addByte(set, byte)
  }
  return set
}

export function addByte(set: Uint32Array, byte: number): void {
  const word = byte >> 5
  set[word] = ((set[word] as number) | (1 << (byte & 31))) >>> 0
}

export function hasByte(set: ByteSet, byte: number): boolean {
  return (((set[byte >> 5] as number) >>> (byte & 31)) & 1) === 1
}

export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word >>> 0)
}

export function union(left: ByteSet, right: ByteSet): ByteSet {
  const both = new Uint32Array(8)
  for (let word = 0; word < 8; word++) both[word] = (left[word] as number) | (right[word] as number)
  return both
}

/** Adds all members of `more` to `set`. */
export function addAll(set: Uint32Array, more: ByteSet): void {
  for (let word = 0; word < 8; word++) set[word] = (set[word] as number) | (more[word] as number)
}

export function intersects(left: ByteSet, right: ByteSet): boolean {
  return left.some((word, index) => (word & (right[index] as number)) !== 0)
}

export function contains(outer: ByteSet, inner: ByteSet): boolean {
  return inner.every((word, index) => (word & ~(outer[index] as number)) === 0)
}

/** The members in ascending order. */
export function members(set: ByteSet): number[] {
  const found: number[] = []
  for (let word = 0; word < 8; word++) {
    for (let bits = set[word] as number; bits !== 0; bits &= bits - 1) {
      found.push(32 * word + 31 - Math.clz32(bits & -bits))
    }
  }
  return found
}

export function isEqual(left: ByteSet, right: ByteSet): boolean {
  for (let word = 0; word < 8; word++) if (left[word] !== right[word]) return false
  return true
}

/** Adds the other case of each ASCII letter; bytes over 127 have no case here. */
export function foldCase(set: ByteSet): ByteSet {
  const folded = Uint32Array.from(set)
  // Letters of both cases sit in words 2 (A-Z) and 3 (a-z), at the same bits 1 to 26.
  const letters = ((folded[2] as number) | (folded[3] as number)) & 0x07fffffe
  folded[2] = ((folded[2] as number) | letters) >>> 0
  folded[3] = ((folded[3] as number) | letters) >>> 0
  return folded
}

/** A key for tables: equal sets have equal keys. */
export function setKey(set: ByteSet): string {
  return `${set[0]},${set[1]},${set[2]},${set[3]},${set[4]},${set[5]},${set[6]},${set[7]}`
}

const digit = bytes([0x30, 0x39])
const upper = bytes([0x41, 0x5a])
const lower = bytes([0x61, 0x7a])
const letter = union(upper, lower)
const word = union(union(letter, digit), bytes(0x5f))
/** PCRE 8.34 and later count the vertical tab as a space, as Perl does. */
const space = bytes([0x09, 0x0d], 0x20)
const graph = bytes([0x21, 0x7e])

/** The sets that escapes stand for. Source: pcre2pattern(3), "Generic character types". */
export const escapeSets: Readonly<Record<string, ByteSet>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  h: bytes(0x09, 0x20, 0xa0),
  H: complement(bytes(0x09, 0x20, 0xa0)),
  v: bytes([0x0a, 0x0d], 0x85),
  V: complement(bytes([0x0a, 0x0d], 0x85)),
  N: complement(bytes(0x0a)),
  C: bytes([0, 255]),
}

/** POSIX classes of the C locale. Source: pcre2pattern(3), "POSIX character classes". */
export const posixSets: Readonly<Record<string, ByteSet>> = {
  alnum: union(letter, digit),
  alpha: letter,
  ascii: bytes([0, 127]),
  blank: bytes(0x09, 0x20),
  cntrl: bytes([0, 31], 127),
  digit,
  graph,
  lower,
  print: bytes([0x20, 0x7e]),
  punct: bytes([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space,
  upper,
  word,
  xdigit: bytes([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
}

/**
 * Each byte as a set of its own, and with both cases of a letter: patterns are mostly made of
 * these.
 */
export const singles: readonly ByteSet[] = Array.from({ length: 256 }, (_, byte) => bytes(byte))
export const foldedSingles: readonly ByteSet[] = singles.map(foldCase)

export const anyByte: ByteSet = bytes([0, 255])
export const wordBytes: ByteSet = word
export const newline: ByteSet = bytes(0x0a)
