import { type ByteSet, setKey } from './bytes.ts'
import {
  ASSERT,
  assertionCodes,
  countSteps,
  INNER,
  type Inner,
  JUMP,
  MATCH,
  type Program,
  REFERENCE,
  SAVE,
  SET,
  SPLIT,
} from './program.ts'
import { type LookNode, type Node, widthOf } from './tree.ts'

type Draft = {
  readonly ops: Uint8Array<ArrayBuffer>
  readonly x: Int32Array<ArrayBuffer>
  readonly y: Int32Array<ArrayBuffer>
  readonly chain: Int32Array<ArrayBuffer>
  length: number
  readonly is_later_freer: boolean[]
  readonly sets: ByteSet[]
  /** By identity first: most sets are the shared ones of single bytes. */
  readonly known_sets: Map<ByteSet, number>
  readonly set_ids: Map<string, number>
  readonly inners: Inner[]
}

/** Unrolls a settled tree to a program. */
export function emit(root: Node, group_count: number): Program {
  const room = countSteps(root) + 1
  const draft: Draft = {
    ops: new Uint8Array(room),
    x: new Int32Array(room),
    y: new Int32Array(room),
    chain: new Int32Array(room).fill(-1),
    length: 0,
    is_later_freer: [],
    sets: [],
    known_sets: new Map(),
    set_ids: new Map(),
    inners: [],
  }
  emitNode(draft, root)
  step(draft, MATCH)
  const { length } = draft
  const ops = draft.ops.subarray(0, length)
  return {
    ops,
    x: draft.x.subarray(0, length),
    y: draft.y.subarray(0, length),
    length,
    sets: draft.sets,
    inners: draft.inners,
    group_count,
    has_assertions: ops.includes(ASSERT),
    chain: draft.chain.subarray(0, length),
    chain_count: draft.is_later_freer.length,
    is_later_freer: draft.is_later_freer,
  }
}

function step(draft: Draft, op: number, x = 0): number {
  const at = draft.length++
  draft.ops[at] = op
  draft.x[at] = x
  return at
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
  const same = draft.known_sets.get(set)
  if (same !== undefined) return same
  const key = setKey(set)
  const id = draft.set_ids.get(key) ?? draft.sets.push(set) - 1
  draft.set_ids.set(key, id)
  draft.known_sets.set(set, id)
  return id
}

function emitAlternatives(draft: Draft, items: readonly Node[]): void {
  const jumps: number[] = []
  items.forEach((item, index) => {
    const is_last = index === items.length - 1
    const split = is_last ? -1 : step(draft, SPLIT, draft.length + 1)
    emitNode(draft, item)
    if (is_last) return
    jumps.push(step(draft, JUMP))
    draft.y[split] = draft.length
  })
  for (const jump of jumps) draft.x[jump] = draft.length
}

function emitRepeat(draft: Draft, node: Extract<Node, { kind: 'repeat' }>): void {
  if (node.max === Number.POSITIVE_INFINITY) emitUnbounded(draft, node)
  else emitBounded(draft, node)
}

/**
 * x{n,} as n copies, the last of them looping; x* as (x+)?, which ends empty rounds as Perl does.
 */
function emitUnbounded(draft: Draft, node: Extract<Node, { kind: 'repeat' }>): void {
  const is_greedy = node.mode !== 'lazy'
  const skip = node.min === 0 ? step(draft, SPLIT) : -1
  const copies = Math.max(node.min, 1)
  const starts: number[] = []
  for (let copy = 0; copy < copies; copy++) {
    starts.push(draft.length)
    emitNode(draft, node.item)
  }
  const back = starts.at(-1) ?? 0
  const split = step(draft, SPLIT)
  const after = draft.length
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
  const after = draft.length
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
