import { children, type Node } from './tree.ts'

/**
 * An expression that matches at least where this one does: without look-around, with atomic parts
 * as plain ones, with back-references widened to what their groups may hold.
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
