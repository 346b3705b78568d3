import { anyByte, type ByteSet, contains, intersects, union, wordBytes } from './bytes.ts'
import { regexFaults } from './faults.ts'
import {
  children,
  emptyNode,
  firstOf,
  type LookNode,
  mapTree,
  type Node,
  type Tree,
  widthOf,
} from './tree.ts'

/** The longest text of a look-around or an atomic part; it is matched anew at each place. */
const inner_bytes_max = 64

/**
 * What may come after a place: the bytes that can come next, and whether the match may end first.
 */
type Follow = { readonly set: ByteSet; readonly can_end: boolean; readonly is_end: boolean }

const end: Follow = { set: new Uint32Array(8), can_end: true, is_end: true }

/**
 * The same expression without possessive and atomic parts, or a `regex.not_regular` fault where one
 * changes what matches, and for look-around and back-references that cannot be bounded.
 */
export function settle(tree: Tree): Tree {
  if (tree.is_plain) return tree
  const references = [...referencesOf(tree.root)]
  references.forEach((reference, order) => {
    checkReference(tree.root, reference, order)
  })
  return { ...tree, root: settleNode(tree.root, end) }
}

function settleNode(node: Node, follow: Follow): Node {
  switch (node.kind) {
    case 'cat': {
      const items: Node[] = []
      let after = follow
      for (const item of node.items.toReversed()) {
        items.push(settleNode(item, after))
        after = before(item, after)
      }
      return { ...node, items: items.reverse() }
    }
    case 'alt':
      return { ...node, items: node.items.map((item) => settleNode(item, follow)) }
    case 'group':
      return { ...node, item: settleNode(node.item, follow) }
    case 'repeat': {
      const again = node.max > 1 ? union(follow.set, firstOf(node.item).set) : follow.set
      const is_end = follow.is_end && node.max <= 1
      const item = settleNode(node.item, { ...follow, set: again, is_end })
      const plain: Node = { ...node, item, mode: node.mode === 'lazy' ? 'lazy' : 'greedy' }
      return node.mode === 'possessive' ? settleAtomic(plain, follow, node.at) : plain
    }
    case 'atomic': {
      const item = settleNode(node.item, follow)
      return settleAtomic(item, follow, node.at)
    }
    case 'look':
      checkLook(node)
      return { ...node, item: settleNode(node.item, end) }
    default:
      return node
  }
}

/** What follows the place before `item`, when `after` follows the place behind it. */
function before(item: Node, after: Follow): Follow {
  const first = firstOf(item)
  if (!first.can_be_empty) return { set: first.set, can_end: false, is_end: false }
  return { set: union(first.set, after.set), can_end: after.can_end, is_end: false }
}

/**
 * An atomic part matches the same without being atomic when giving up some of it never helps:
 * nothing follows, all its matches are of one length, or it takes all it can and what follows
 * begins otherwise. Else it stays, if the matcher can find its end anew at each place with bounded
 * work.
 */
function settleAtomic(item: Node, follow: Follow, at: number): Node {
  if (follow.is_end) return item
  const width = widthOf(item)
  if (width.min === width.max) return item
  if (!follow.can_end && takesAllOf(item) && !intersects(bytesOf(item), follow.set)) return item
  const is_run = item.kind === 'repeat' && item.mode === 'greedy' && item.item.kind === 'set'
  const is_bounded = width.max <= inner_bytes_max && !hasInside(item, ['group', 'look', 'backref'])
  if (is_run || is_bounded) return { kind: 'atomic', item, at }
  throw regexFaults.not_regular({
    at,
    construct: 'a possessive or atomic part without bound',
    instead: 'use an ordinary quantifier, or make what follows begin with other bytes',
  })
}

/** Whether the first match that is tried is the longest one: greedy repeats of one set, or \R. */
function takesAllOf(node: Node): boolean {
  switch (node.kind) {
    case 'set':
    case 'empty':
      return true
    case 'group':
      return takesAllOf(node.item)
    case 'repeat':
      return node.mode === 'greedy' && isSet(node.item)
    case 'alt': {
      const widths = node.items.map(widthOf)
      return widths.every(
        (width, index) => width.min === width.max && width.max <= (widths[index - 1]?.min ?? 1e9),
      )
    }
    default:
      return false
  }
}

function isSet(node: Node): boolean {
  return node.kind === 'set' || (node.kind === 'group' && isSet(node.item))
}

function bytesOf(node: Node): ByteSet {
  if (node.kind === 'set') return node.set
  if (node.kind === 'backref') return anyByte
  return children(node).map(bytesOf).reduce(union, new Uint32Array(8))
}

function checkLook(node: LookNode): void {
  const width = widthOf(withoutReferences(node.item))
  const construct = node.is_behind ? 'a look-behind' : 'a look-ahead'
  if (width.max > inner_bytes_max) {
    const instead = `look at no more than ${inner_bytes_max} bytes, or split the rule into a chain`
    throw regexFaults.not_regular({ at: node.at, construct: `${construct} without bound`, instead })
  }
  if (hasInside(node.item, node.is_behind ? ['group', 'look', 'backref'] : ['group', 'look'])) {
    const instead = 'use (?:…) inside it and no second look-around'
    throw regexFaults.not_regular({ at: node.at, construct: `${construct} with groups`, instead })
  }
}

/** A back-reference looks at one word, which the check of its group bounds. */
function withoutReferences(node: Node): Node {
  return mapTree(node, (part) => (part.kind === 'backref' ? emptyNode : part))
}

function hasInside(node: Node, kinds: readonly Node['kind'][]): boolean {
  return kinds.includes(node.kind) || children(node).some((child) => hasInside(child, kinds))
}

function referencesOf(root: Node): Map<number, number> {
  const found = new Map<number, number>()
  const visit = (node: Node): void => {
    if (node.kind === 'backref' && !found.has(node.index)) found.set(node.index, node.at)
    children(node).forEach(visit)
  }
  visit(root)
  return found
}

/**
 * A back-reference is bounded when its group is exactly one whole word, `\b([…]+)\b`: then each
 * place of a value begins at most one such word, and the matcher can remember what failed.
 */
function checkReference(root: Node, [index, at]: readonly [number, number], order: number): void {
  if (order === 0 && isWholeWord(root, index)) return
  throw regexFaults.not_regular({
    at,
    construct: `a back-reference to group ${index}`,
    instead: 'only one group that is a whole word, as \\b(\\w+)\\b, may be referred to',
  })
}

function isWholeWord(node: Node, index: number): boolean {
  const isEdge = (item: Node | undefined) =>
    item?.kind === 'assert' && item.assertion === 'word_edge'
  if (node.kind === 'cat') {
    const place = node.items.findIndex((item) => item.kind === 'group' && item.index === index)
    const group = node.items[place]
    if (group?.kind === 'group') {
      const word = group.item
      return (
        isEdge(node.items[place - 1]) &&
        isEdge(node.items[place + 1]) &&
        word.kind === 'repeat' &&
        word.min > 0 &&
        word.item.kind === 'set' &&
        contains(wordBytes, word.item.set)
      )
    }
  }
  return children(node).some((child) => isWholeWord(child, index))
}
