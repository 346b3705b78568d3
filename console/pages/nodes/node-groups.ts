/** Nodes by group, the groups as the tree that the policy makes of them. */

type Grouped = { readonly name: string; readonly group: string }
type Group = { readonly name: string; readonly parent?: string }

export type NodeGroupView<T> = {
  /** `` for nodes without a group. */
  readonly name: string
  /** From the root down to the group itself. */
  readonly path: readonly string[]
  readonly nodes: readonly T[]
}

/** Groups with nodes, in the order of the tree, nodes by name; those without a group come last. */
export function groupNodes<T extends Grouped>(
  nodes: readonly T[],
  groups: readonly Group[],
): readonly NodeGroupView<T>[] {
  const parents = new Map(groups.map((group) => [group.name, group.parent ?? '']))
  const names = [...new Set(nodes.map((node) => node.group))]
  return names
    .map((name) => ({
      name,
      path: pathOf(name, parents),
      nodes: nodes
        .filter((node) => node.group === name)
        .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    }))
    .sort((a, b) =>
      a.name === '' || b.name === ''
        ? Number(a.name === '') - Number(b.name === '')
        : a.path.join('\n').localeCompare(b.path.join('\n'), 'en'),
    )
}

/** A group that is its own ancestor ends the way up. */
function pathOf(name: string, parents: ReadonlyMap<string, string>): string[] {
  const path: string[] = []
  for (let at = name; at !== '' && !path.includes(at); at = parents.get(at) ?? '') path.unshift(at)
  return path
}
