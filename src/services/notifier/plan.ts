/** A roll-out as the notifier keeps it: saved before it is acted on, so that a new office goes on where the old one was. */

import type { WaveCounters } from '#model/cluster.ts'
import type { RolloutView } from '#model/draft.ts'
import type { NodeRole } from '#model/node-role.ts'
import type { NodeGroup, Rollout } from '#model/policy.ts'

type ViewWave = RolloutView['waves'][number]

export type WaveNode = {
  readonly id: string
  readonly name: string
  state: ViewWave['nodes'][number]['state']
  /** When the offer began that counts now; null before. */
  offered_ms: number | null
  /** The line that the offer went over. */
  line: string
  took_ms: number | null
  message: string
  /** Its counters when it was first seen to enforce the bundle. */
  from: WaveCounters | null
}

export type Wave = {
  readonly name: string
  readonly kind: 'policy' | 'canary' | 'others' | 'everyone'
  state: ViewWave['state']
  started_ms: number | null
  /** Since when it is watched. */
  watched_ms: number | null
  /** What its nodes did in the minute before it began. */
  before: WaveCounters
  nodes: WaveNode[]
}

export type Failure = {
  /** `refused`: the policy is at fault. `unable`: the node could not even try it. */
  readonly cause: 'refused' | 'unable' | 'silent' | 'out_of_bounds' | 'lost'
  readonly sentence: string
}

export type RolloutPlan = {
  readonly revision: number
  readonly bundle_id: string
  readonly bundle: string
  readonly content: string
  /** The policy of this commit was everywhere before: it goes to all at once. */
  readonly is_rollback: boolean
  state: RolloutView['state']
  why: string
  readonly started_ms: number
  ended_ms: number | null
  failure: Failure | null
  /** Whose policy shall be committed again, because this one failed; null when none shall. */
  rollback_to: { readonly revision: number; readonly content: string } | null
  /** Grows when a person resumes: what was refused is offered once more. */
  attempt: number
  waves: Wave[]
}

/** The bundle of the newest commit. */
export type Newest = { readonly id: string; readonly revision: number }

export type NodeFacts = {
  readonly id: string
  readonly name: string
  readonly group: string
  readonly roles: readonly NodeRole[]
  readonly is_connected: boolean
  /** We were started a moment ago, and it will surely be back: its line ended with the office before. */
  readonly is_expected: boolean
  /** Names its line: every connection has a new one. */
  readonly line: string
  /** What it enforces, as far as it told. */
  readonly enforced: { readonly id: string; readonly revision: number } | null
  /** Highest revision that it says it ever enforced: it takes nothing below. */
  readonly floor: number
  readonly refusal: {
    readonly bundle_id: string
    readonly code: string
    readonly message: string
  } | null
  /** For its newest bundle. */
  readonly took_ms: number | null
  /** Since its start. */
  readonly counters: WaveCounters
  /** In the last minute. */
  readonly before: WaveCounters
}

export type CommitFacts = {
  readonly revision: number
  readonly bundle_id: string
  readonly bundle: string
  readonly content: string
  readonly rollout: Rollout
  readonly groups: readonly NodeGroup[]
  /** The newest commit before that reached everybody: what nodes get whose turn has not come. */
  readonly base: { readonly revision: number; readonly content: string } | undefined
  readonly is_rollback: boolean
}

/** All that `decide` looks at. */
export type Facts = {
  readonly now_ms: number
  readonly commit: CommitFacts
  /** Those that count: neither revoked nor off the list. */
  readonly nodes: readonly NodeFacts[]
  /** Somebody is there who commits an earlier policy again. */
  readonly can_go_back: boolean
}

/**
 * Does it run something that our database does not know? Then that came back from an old copy, and the node will not go
 * back: it waits for a commit above all that it ran.
 */
export function isAhead(
  { enforced, floor }: Pick<NodeFacts, 'enforced' | 'floor'>,
  newest: Newest,
): boolean {
  if (enforced?.id === newest.id) return false
  return floor > newest.revision || (enforced?.revision ?? -1) >= newest.revision
}

/** As the API shows it. */
export function viewOf(plan: RolloutPlan): RolloutView {
  return {
    revision: plan.revision,
    bundle: plan.bundle,
    state: plan.state,
    why: plan.why,
    started_at: new Date(plan.started_ms).toISOString(),
    ended_at: plan.ended_ms === null ? null : new Date(plan.ended_ms).toISOString(),
    waves: plan.waves.map((wave) => ({
      name: wave.name,
      state: wave.state,
      nodes: wave.nodes.map(({ name, state, took_ms, message }) => ({
        ...{ name, state, took_ms, message },
      })),
    })),
  }
}
