import type { ByteSet } from './bytes.ts'
import { regexFaults } from './faults.ts'
import type { Assertion, Node } from './tree.ts'

/** The steps of a program. SPLIT tries `x` before `y`; every other step goes on at the next one. */
export const MATCH = 0
export const SET = 1
export const SPLIT = 2
export const JUMP = 3
export const SAVE = 4
export const ASSERT = 5
export const INNER = 6
export const REFERENCE = 7

/** The most steps of one program: PCRE's own limit of 64 KB of code is about this much. */
export const steps_max = 32_768

export const assertionCodes: readonly Assertion[] = [
  'line_start',
  'line_end',
  'text_start',
  'text_end',
  'text_end_or_last_newline',
  'word_edge',
  'no_word_edge',
]

/**
 * A part that is matched by itself: a look-around or an atomic part, and the widths it may have.
 */
export type Inner = {
  readonly kind: 'ahead' | 'behind' | 'atomic'
  readonly is_negative: boolean
  readonly program: Program
  readonly min: number
  readonly max: number
  /** The bytes of an atomic part that takes a whole run of them. */
  readonly run: ByteSet | undefined
}

/**
 * A non-deterministic program in the order of Perl's priorities.
 * `chain` numbers the places of counted repeats that differ only by the count: of two threads in
 * one chain, the one with more freedom accepts all that the other does. It is the earlier one, or
 * the later one where `is_later_freer`. -1 is no chain.
 */
export type Program = {
  readonly ops: Uint8Array
  readonly x: Int32Array
  readonly y: Int32Array
  readonly length: number
  readonly sets: readonly ByteSet[]
  readonly inners: readonly Inner[]
  readonly group_count: number
  readonly has_assertions: boolean
  readonly chain: Int32Array
  readonly chain_count: number
  readonly is_later_freer: readonly boolean[]
}

/** Counts go no further than this: beyond it their exact number says nothing. */
const count_max = 1e9

/** How many steps the node becomes; checked when rules load, so that emitting later cannot fail. */
export function countSteps(node: Node): number {
  return Math.min(count_max, countUnbounded(node))
}

function countUnbounded(node: Node): number {
  switch (node.kind) {
    case 'empty':
      return 0
    case 'cat':
    case 'alt': {
      const own = node.kind === 'alt' ? 2 * (node.items.length - 1) : 0
      return node.items.reduce((sum, item) => sum + countSteps(item), own)
    }
    case 'repeat': {
      const inner = countSteps(node.item)
      if (node.max === Number.POSITIVE_INFINITY) return Math.max(node.min, 1) * inner + 2
      return node.min * inner + (node.max - node.min) * (inner + 1)
    }
    case 'group':
      return countSteps(node.item) + 2
    case 'atomic':
    case 'look':
      return 1 + countSteps(node.item)
    default:
      return 1
  }
}

export function checkSize(root: Node): void {
  const steps = countSteps(root) + 1
  if (steps > steps_max) throw regexFaults.too_large({ steps, steps_max })
}
