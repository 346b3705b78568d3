/** Facts for tests of `decide`: a small cluster that can be told to do things. */
import { Policy } from '#model/policy.ts'
import { type Decision, decide } from './decide.ts'
import type { CommitFacts, Facts, NodeFacts, RolloutPlan } from './plan.ts'

export const zero = { requests: 0, blocked: 0, errors: 0 }

export function node(name: string, words: Partial<NodeFacts> = {}): NodeFacts {
  return {
    id: `id-${name}`,
    name,
    group: '',
    roles: name.startsWith('policy') ? ['policy', 'edge'] : ['edge'],
    is_connected: true,
    is_expected: false,
    line: '1',
    enforced: { id: 'b1', revision: 1 },
    floor: 0,
    refusal: null,
    took_ms: null,
    counters: zero,
    before: zero,
    ...words,
  }
}

export function commit(
  rollout: Record<string, unknown> = {},
  words: Partial<CommitFacts> = {},
): CommitFacts {
  const policy = Policy.parse({
    rollout,
    groups: [{ name: 'first' }, { name: 'in-first', parent: 'first' }],
  })
  return {
    revision: 2,
    bundle_id: 'b2',
    bundle: '2-b2',
    content: 'c2',
    rollout: policy.rollout,
    groups: policy.groups,
    base: { revision: 1, content: 'c1' },
    is_rollback: false,
    ...words,
  }
}

/** A cluster that decides step by step; `change` tells what became of its nodes. */
export function cluster(
  nodes: readonly NodeFacts[],
  about: CommitFacts = commit(),
  can_go_back = true,
) {
  const known = new Map(nodes.map((one) => [one.name, one]))
  let now_ms = 100_000_000
  let plan: RolloutPlan | undefined
  const run = (): Decision => {
    const facts: Facts = { now_ms, commit: about, nodes: [...known.values()], can_go_back }
    const decision = decide(facts, plan)
    plan = decision.plan
    return decision
  }
  return {
    run,
    /** Names of the nodes that are told to run something. */
    offered(): string[] {
      return [...run().offers].map(([id, what]) => `${id.slice(3)}:${what}`)
    },
    change(name: string, words: Partial<NodeFacts>): void {
      known.set(name, { ...(known.get(name) ?? node(name)), ...words })
    },
    apply(...names: string[]): void {
      for (const name of names) {
        this.change(name, { enforced: { id: about.bundle_id, revision: about.revision } })
      }
    },
    refuse(name: string, code = 'waf.bad'): void {
      const refusal = { bundle_id: about.bundle_id, code, message: 'Cannot compile' }
      this.change(name, { refusal })
    },
    remove: (name: string) => void known.delete(name),
    wait(ms: number): void {
      now_ms += ms
    },
    now: () => now_ms,
    replace(next: RolloutPlan): void {
      plan = next
    },
  }
}
