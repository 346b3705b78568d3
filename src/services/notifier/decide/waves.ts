/** Who comes when: the waves of a commit. */
import type { NodeGroup } from '#model/policy.ts'
import type { Facts, NodeFacts, RolloutPlan, Wave, WaveNode } from '../plan.ts'

const nothing = { requests: 0, blocked: 0, errors: 0 } as const

export function wavesOf({ commit, nodes }: Facts): Wave[] {
  const byName = [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))
  if (commit.is_rollback) {
    // Whoever enforces what is to go away comes first.
    const good = commit.base?.revision ?? 0
    const isBad = (node: NodeFacts) => ((node.enforced?.revision ?? 0) > good ? 0 : 1)
    return waves([['all nodes', 'everyone', byName.sort((a, b) => isBad(a) - isBad(b))]])
  }
  const isCanary = groupsBelow(commit.rollout.canary_group, commit.groups)
  const policy = byName.filter((node) => node.roles.includes('policy'))
  const edges = byName.filter((node) => !node.roles.includes('policy'))
  const others = edges.filter((node) => !isCanary(node.group))
  const size = commit.rollout.wave_size || Math.max(1, others.length)
  return waves([
    ['policy servers', 'policy', policy],
    ['canary', 'canary', edges.filter((node) => isCanary(node.group))],
    ...chunks(others, size).map(
      (some, i) => [`wave ${i + 1}`, 'others', some] as [string, Wave['kind'], NodeFacts[]],
    ),
  ])
}

/** Nodes that joined since the roll-out began come last, unless they are policy servers. */
export function addNewNodes(plan: RolloutPlan, facts: Facts): void {
  const known = new Set(plan.waves.flatMap((wave) => wave.nodes.map((node) => node.id)))
  for (const node of facts.nodes) {
    if (known.has(node.id)) continue
    placeFor(node, plan).nodes.push(waveNode(node))
  }
}

function placeFor(node: NodeFacts, plan: RolloutPlan): Wave {
  const first = plan.waves[0]
  if (first?.kind === 'policy' && node.roles.includes('policy')) return first
  const last = plan.waves.at(-1)
  if (last?.kind === 'everyone') return last
  if (last?.kind === 'others' && last.state === 'waiting') return last
  const count = plan.waves.filter((wave) => wave.kind === 'others').length
  const wave = newWave(`wave ${count + 1}`, 'others', [])
  plan.waves.push(wave)
  return wave
}

function waves(drafts: readonly (readonly [string, Wave['kind'], readonly NodeFacts[]])[]): Wave[] {
  return drafts
    .filter(([, , nodes]) => nodes.length > 0)
    .map(([name, kind, nodes]) => newWave(name, kind, nodes))
}

function newWave(name: string, kind: Wave['kind'], nodes: readonly NodeFacts[]): Wave {
  return {
    ...{ name, kind },
    state: 'waiting',
    started_ms: null,
    watched_ms: null,
    before: nothing,
    nodes: nodes.map(waveNode),
  }
}

function waveNode({ id, name }: NodeFacts): WaveNode {
  const unknown = { offered_ms: null, line: '', took_ms: null, message: '', from: null }
  return { id, name, state: 'waiting', ...unknown }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size))
}

/** Is a group this one or part of it, however far? Nothing is part of ``. */
function groupsBelow(top: string, groups: readonly NodeGroup[]): (group: string) => boolean {
  const parents = new Map(groups.map((group) => [group.name, group.parent]))
  return (group) => {
    if (top === '') return false
    const seen = new Set<string>()
    for (let at = group; at !== '' && !seen.has(at); at = parents.get(at) ?? '') {
      if (at === top) return true
      seen.add(at)
    }
    return false
  }
}
