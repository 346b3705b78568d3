import { type ByteSet, hasByte, members, newline, wordBytes } from './bytes.ts'
import type { Program } from './program.ts'

/** What an assertion must know of the byte before a place. */
export const OTHER = 0
export const WORD = 1
export const NEWLINE = 2
export const EDGE = 3

/** A newline that ends the value, as the byte after a place. */
export const LAST_NEWLINE = 4

/**
 * Bytes that no step of a program tells apart share a class. Two classes are no bytes: `edge` is
 * the end of the value, `last_newline` a \n that ends it.
 */
export type Classes = {
  readonly of_byte: Uint16Array
  readonly count: number
  readonly edge: number
  readonly last_newline: number
  /** OTHER, WORD, NEWLINE, EDGE or LAST_NEWLINE for each class. */
  readonly kind: Uint8Array
  /** Whether the set `s` has the class `c`: `in_set[s * count + c] === 1`. */
  readonly in_set: Uint8Array
}

export function classesOf(program: Program): Classes {
  const of_byte = new Uint16Array(256)
  const sizes = [256]
  const split = (set: ByteSet): void => {
    const bytes = members(set)
    const hits = new Map<number, number>()
    for (const byte of bytes) {
      const old = of_byte[byte] as number
      hits.set(old, (hits.get(old) ?? 0) + 1)
    }
    const moved = new Map<number, number>()
    for (const [old, hit] of hits) {
      const size = sizes[old] as number
      if (hit === size) continue
      sizes[old] = size - hit
      moved.set(old, sizes.push(hit) - 1)
    }
    for (const byte of bytes) {
      const old = of_byte[byte] as number
      of_byte[byte] = moved.get(old) ?? old
    }
  }
  program.sets.forEach(split)
  if (program.has_assertions) {
    split(wordBytes)
    split(newline)
  }
  const edge = sizes.length
  const last_newline = edge + 1
  const total = edge + 2
  const kind = new Uint8Array(total)
  for (let byte = 0; byte < 256; byte++) {
    const group = of_byte[byte] as number
    kind[group] = hasByte(wordBytes, byte) ? WORD : byte === 0x0a ? NEWLINE : OTHER
  }
  const in_set = new Uint8Array(program.sets.length * total)
  program.sets.forEach((set, id) => {
    for (const byte of members(set)) in_set[id * total + (of_byte[byte] as number)] = 1
    if (hasByte(set, 0x0a)) in_set[id * total + last_newline] = 1
  })
  kind[edge] = EDGE
  kind[last_newline] = LAST_NEWLINE
  return { of_byte, count: total, edge, last_newline, kind, in_set }
}

/**
 * Whether assertion number `code` holds between two kinds of bytes; `after` -1 asks if it may hold.
 */
export function holds(code: number, before: number, after: number): boolean {
  switch (code) {
    case 0:
      return before === EDGE || (before === NEWLINE && after !== EDGE)
    case 1:
      return after !== WORD && after !== OTHER
    case 2:
      return before === EDGE
    case 3:
      return after === EDGE || after === -1
    case 4:
      return after === EDGE || after === LAST_NEWLINE || after === -1
    case 5:
      return after === -1 || (before === WORD) !== (after === WORD)
    default:
      return after === -1 || (before === WORD) === (after === WORD)
  }
}

/** The kind that a byte is once it lies before a place. */
export function kindBefore(kind: number): number {
  return kind === LAST_NEWLINE ? NEWLINE : kind
}
