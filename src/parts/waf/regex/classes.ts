import { type ByteSet, hasByte, newline, wordBytes } from './bytes.ts'
import type { Program } from './program.ts'

/** What an assertion must know of the byte before a place. */
export const OTHER = 0
export const WORD = 1
export const NEWLINE = 2
export const EDGE = 3

/** A newline that ends the value, as the byte after a place. */
export const LAST_NEWLINE = 4

/**
 * Bytes that no step of a program tells apart share a class. Two classes are no bytes: `edge` is the
 * end of the value, `last_newline` a \n that ends it.
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
  let count = 1
  const split = (set: ByteSet): void => {
    const moved = new Map<number, number>()
    const stays = new Uint8Array(257)
    for (let byte = 0; byte < 256; byte++) {
      if (!hasByte(set, byte)) stays[of_byte[byte] as number] = 1
    }
    for (let byte = 0; byte < 256; byte++) {
      const old = of_byte[byte] as number
      if (stays[old] === 0 || !hasByte(set, byte)) continue
      const made = moved.get(old) ?? count++
      moved.set(old, made)
      of_byte[byte] = made
    }
  }
  program.sets.forEach(split)
  if (program.has_assertions) {
    split(wordBytes)
    split(newline)
  }
  const edge = count
  const last_newline = count + 1
  const total = count + 2
  const kind = new Uint8Array(total)
  const in_set = new Uint8Array(program.sets.length * total)
  for (let byte = 0; byte < 256; byte++) {
    const group = of_byte[byte] as number
    kind[group] = hasByte(wordBytes, byte) ? WORD : byte === 0x0a ? NEWLINE : OTHER
    program.sets.forEach((set, id) => {
      if (hasByte(set, byte)) in_set[id * total + group] = 1
      if (byte === 0x0a && hasByte(set, byte)) in_set[id * total + last_newline] = 1
    })
  }
  kind[edge] = EDGE
  kind[last_newline] = LAST_NEWLINE
  return { of_byte, count: total, edge, last_newline, kind, in_set }
}

/** Whether assertion number `code` holds between two kinds of bytes; `after` -1 asks if it may hold. */
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
