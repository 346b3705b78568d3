import { addAll, type ByteSet } from './bytes.ts'

/**
 * What must hold between two bytes. Line assertions see only \n; PCRE's `^` does not hold after a
 * last \n.
 */
export type Assertion =
  | 'line_start'
  | 'line_end'
  | 'text_start'
  | 'text_end'
  | 'text_end_or_last_newline'
  | 'word_edge'
  | 'no_word_edge'

/**
 * A parsed expression. Case, dot and line options are already settled in the sets and assertions.
 */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'cat'; readonly items: readonly Node[] }
  | { readonly kind: 'alt'; readonly items: readonly Node[] }
  | RepeatNode
  | { readonly kind: 'group'; readonly item: Node; readonly index: number }
  | { readonly kind: 'atomic'; readonly item: Node; readonly at: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | LookNode
  | { readonly kind: 'backref'; readonly index: number; readonly at: number }

/** `max` is Infinity when there is no upper bound. */
export type RepeatNode = {
  readonly kind: 'repeat'
  readonly item: Node
  readonly min: number
  readonly max: number
  readonly mode: 'greedy' | 'lazy' | 'possessive'
  readonly at: number
}

export type LookNode = {
  readonly kind: 'look'
  readonly item: Node
  readonly is_behind: boolean
  readonly is_negative: boolean
  readonly at: number
}

export type Tree = {
  readonly root: Node
  readonly group_count: number
  /** There is no possessive or atomic part, no look-around, no back-reference. */
  readonly is_plain: boolean
}

export const emptyNode: Node = { kind: 'empty' }

/** The parts a node is made of, in the order of the pattern. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'cat':
    case 'alt':
      return node.items
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.item]
    default:
      return []
  }
}

/** Whether some part of the tree, or the node itself, satisfies `test`. */
export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || children(node).some((child) => someNode(child, test))
}

/** The tree with each node replaced by what `change` makes of it, children first. */
export function mapTree(node: Node, change: (node: Node) => Node): Node {
  switch (node.kind) {
    case 'cat':
    case 'alt':
      return change({ kind: node.kind, items: node.items.map((item) => mapTree(item, change)) })
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return change({ ...node, item: mapTree(node.item, change) })
    default:
      return change(node)
  }
}

/**
 * The fewest and most bytes that a match of the node takes; a back-reference may take any number.
 */
export function widthOf(node: Node): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 1 }
    case 'cat': {
      let min = 0
      let max = 0
      for (const item of node.items) {
        const width = widthOf(item)
        min += width.min
        max += width.max
      }
      return { min, max }
    }
    case 'alt': {
      let min = Number.POSITIVE_INFINITY
      let max = 0
      for (const item of node.items) {
        const width = widthOf(item)
        min = Math.min(min, width.min)
        max = Math.max(max, width.max)
      }
      return { min, max }
    }
    case 'repeat': {
      const width = widthOf(node.item)
      const max = width.max === 0 || node.max === 0 ? 0 : width.max * node.max
      return { min: node.min === 0 ? 0 : width.min * node.min, max }
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item)
    case 'backref':
      return { min: 0, max: Number.POSITIVE_INFINITY }
    default:
      return { min: 0, max: 0 }
  }
}

/**
 * The bytes that a non-empty match of the node can begin with, and whether it can also match
 * nothing.
 */
export function firstOf(node: Node): { readonly set: ByteSet; readonly can_be_empty: boolean } {
  const set = new Uint32Array(8)
  const can_be_empty = addFirst(node, set)
  return { set, can_be_empty }
}

/** Adds what the node can begin with; whether it can match nothing. */
function addFirst(node: Node, set: Uint32Array): boolean {
  switch (node.kind) {
    case 'set':
      addAll(set, node.set)
      return false
    case 'cat':
      return node.items.every((item) => addFirst(item, set))
    case 'alt': {
      let can_be_empty = false
      for (const item of node.items) if (addFirst(item, set)) can_be_empty = true
      return can_be_empty
    }
    case 'repeat':
      return addFirst(node.item, set) || node.min === 0
    case 'group':
    case 'atomic':
      return addFirst(node.item, set)
    case 'backref':
      set.fill(0xffffffff)
      return true
    default:
      return true
  }
}
