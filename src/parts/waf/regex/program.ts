import { type ByteSet, setKey } from './bytes.ts'
import { regexFaults } from './faults.ts'
import { type Assertion, children, type LookNode, type Node, widthOf } from './tree.ts'

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

/** A part that is matched by itself: a look-around or an atomic part, and the widths it may have. */
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
 * `chain` numbers the places of counted repeats that differ only by the count: of two threads in one
 * chain, the one with more freedom accepts all that the other does. It is the earlier one, or the
 * later one where `is_later_freer`. -1 is no chain.
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

/** How many steps the node becomes; checked when rules load, so that emitting later cannot fail. */
export function countSteps(node: Node): number {
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

type Draft = {
  readonly ops: number[]
  readonly x: number[]
  readonly y: number[]
  readonly chain: number[]
  readonly is_later_freer: boolean[]
  readonly sets: ByteSet[]
  readonly set_ids: Map<string, number>
  readonly inners: Inner[]
}

/** Unrolls a settled tree to a program. */
export function emit(root: Node, group_count: number): Program {
  const draft: Draft = {
    ops: [],
    x: [],
    y: [],
    chain: [],
    is_later_freer: [],
    sets: [],
    set_ids: new Map(),
    inners: [],
  }
  emitNode(draft, root)
  step(draft, MATCH)
  return {
    ops: Uint8Array.from(draft.ops),
    x: Int32Array.from(draft.x),
    y: Int32Array.from(draft.y),
    length: draft.ops.length,
    sets: draft.sets,
    inners: draft.inners,
    group_count,
    has_assertions: draft.ops.includes(ASSERT),
    chain: Int32Array.from(draft.chain),
    chain_count: draft.is_later_freer.length,
    is_later_freer: draft.is_later_freer,
  }
}

function step(draft: Draft, op: number, x = 0, y = 0): number {
  draft.x.push(x)
  draft.y.push(y)
  draft.chain.push(-1)
  return draft.ops.push(op) - 1
}

function emitNode(draft: Draft, node: Node): void {
  switch (node.kind) {
    case 'empty':
      return
    case 'set':
      step(draft, SET, internSet(draft, node.set))
      return
    case 'cat':
      for (const item of node.items) emitNode(draft, item)
      return
    case 'alt':
      emitAlternatives(draft, node.items)
      return
    case 'repeat':
      emitRepeat(draft, node)
      return
    case 'group':
      step(draft, SAVE, 2 * node.index)
      emitNode(draft, node.item)
      step(draft, SAVE, 2 * node.index + 1)
      return
    case 'atomic':
      step(draft, INNER, draft.inners.push(atomicInner(node.item)) - 1)
      return
    case 'assert':
      step(draft, ASSERT, assertionCodes.indexOf(node.assertion))
      return
    case 'look':
      step(draft, INNER, draft.inners.push(lookInner(node)) - 1)
      return
    case 'backref':
      step(draft, REFERENCE, node.index)
      return
  }
}

function lookInner(node: LookNode): Inner {
  const { is_behind, is_negative, item } = node
  const kind = is_behind ? 'behind' : 'ahead'
  return { kind, is_negative, program: emit(item, 0), ...widthOf(item), run: undefined }
}

function atomicInner(item: Node): Inner {
  const run = item.kind === 'repeat' && item.item.kind === 'set' ? item.item.set : undefined
  const width = widthOf(item)
  const is_run = width.max === Number.POSITIVE_INFINITY
  const program = emit(item, 0)
  return { kind: 'atomic', is_negative: false, program, ...width, run: is_run ? run : undefined }
}

function internSet(draft: Draft, set: ByteSet): number {
  const key = setKey(set)
  const known = draft.set_ids.get(key)
  if (known !== undefined) return known
  const id = draft.sets.push(set) - 1
  draft.set_ids.set(key, id)
  return id
}

function emitAlternatives(draft: Draft, items: readonly Node[]): void {
  const jumps: number[] = []
  items.forEach((item, index) => {
    const is_last = index === items.length - 1
    const split = is_last ? -1 : step(draft, SPLIT, draft.ops.length + 1)
    emitNode(draft, item)
    if (is_last) return
    jumps.push(step(draft, JUMP))
    draft.y[split] = draft.ops.length
  })
  for (const jump of jumps) draft.x[jump] = draft.ops.length
}

function emitRepeat(draft: Draft, node: Extract<Node, { kind: 'repeat' }>): void {
  if (node.max === Number.POSITIVE_INFINITY) emitUnbounded(draft, node)
  else emitBounded(draft, node)
}

/** x{n,} as n copies, the last of them looping; x* as (x+)?, which ends empty rounds as Perl does. */
function emitUnbounded(draft: Draft, node: Extract<Node, { kind: 'repeat' }>): void {
  const is_greedy = node.mode !== 'lazy'
  const skip = node.min === 0 ? step(draft, SPLIT) : -1
  const copies = Math.max(node.min, 1)
  const starts: number[] = []
  for (let copy = 0; copy < copies; copy++) {
    starts.push(draft.ops.length)
    emitNode(draft, node.item)
  }
  const back = starts.at(-1) ?? 0
  const split = step(draft, SPLIT)
  const after = draft.ops.length
  direct(draft, split, is_greedy, back, after)
  if (skip >= 0) direct(draft, skip, is_greedy, skip + 1, after)
  if (copies > 1) {
    // The split behind the last copy is the start of one more copy, with all that must be done.
    draft.chain[split] = linkChain(draft, starts, split - back, true)
  }
}

function emitBounded(draft: Draft, node: Extract<Node, { kind: 'repeat' }>): void {
  const is_greedy = node.mode !== 'lazy'
  for (let copy = 0; copy < node.min; copy++) emitNode(draft, node.item)
  const splits: number[] = []
  for (let copy = node.min; copy < node.max; copy++) {
    splits.push(step(draft, SPLIT))
    emitNode(draft, node.item)
  }
  const after = draft.ops.length
  for (const split of splits) direct(draft, split, is_greedy, split + 1, after)
  if (splits.length > 1) linkChain(draft, splits, after - (splits.at(-1) ?? 0), false)
}

function direct(draft: Draft, split: number, is_greedy: boolean, on: number, out: number): void {
  draft.x[split] = is_greedy ? on : out
  draft.y[split] = is_greedy ? out : on
}

/**
 * Puts the same place of each copy into one chain; inner repeats have already made theirs.
 * Returns the chain of the copies' starts, -1 when an inner repeat has it.
 */
function linkChain(draft: Draft, starts: readonly number[], size: number, later: boolean): number {
  let first = -1
  for (let place = 0; place < size; place++) {
    if (draft.chain[(starts[0] ?? 0) + place] !== -1) continue
    const id = draft.is_later_freer.push(later) - 1
    for (const start of starts) draft.chain[start + place] = id
    if (place === 0) first = id
  }
  return first
}

/**
 * An expression that matches at least where this one does: without look-around, with atomic parts as
 * plain ones, with back-references widened to what their groups may hold.
 */
export function relax(root: Node): Node {
  const groups = new Map<number, Node>()
  const collect = (node: Node): void => {
    if (node.kind === 'group') groups.set(node.index, node.item)
    children(node).forEach(collect)
  }
  collect(root)
  const change = (node: Node): Node => {
    if (node.kind === 'look') return { kind: 'empty' }
    if (node.kind === 'backref') return groups.get(node.index) ?? { kind: 'empty' }
    if (node.kind === 'cat' || node.kind === 'alt') {
      return { ...node, items: node.items.map(change) }
    }
    if (node.kind === 'atomic') return change(node.item)
    if (node.kind === 'repeat' || node.kind === 'group') {
      return { ...node, item: change(node.item) }
    }
    return node
  }
  return change(root)
}
