/**
 * ★ How a commit reaches the nodes. A pure function from facts and the plan so far to the next plan, with a sentence:
 * policy servers first, then the canary group, then waves; the first refusal, silence or bad figures stop it.
 */

import { left, noteNode, refusalOf, verdictOnReceipts } from './decide/receipts.ts'
import { beginWave, watchIsOver, watchVerdict } from './decide/watch.ts'
import { addNewNodes, wavesOf } from './decide/waves.ts'
import {
  type Facts,
  type Failure,
  isAhead,
  type NodeFacts,
  type RolloutPlan,
  type Wave,
} from './plan.ts'

export type Offer = 'newest' | 'base'

export type Decision = {
  /** To be saved before anything else is done. */
  readonly plan: RolloutPlan
  /** What each connected node should be told to run, in the order of telling; others stay as they are. */
  readonly offers: ReadonlyMap<string, Offer>
}

/** `before` is the plan of the same commit as it was saved last; undefined for a commit that nobody has seen yet. */
export function decide(facts: Facts, before: RolloutPlan | undefined): Decision {
  const plan = before ? structuredClone(before) : newPlan(facts)
  const nodes = new Map(facts.nodes.map((node) => [node.id, node]))
  notInTheFuture(plan, facts.now_ms)
  if (plan.state === 'running') addNewNodes(plan, facts)
  for (const wave of plan.waves) {
    for (const node of wave.nodes) noteNode(node, nodes.get(node.id), wave, plan, facts.now_ms)
  }
  if (plan.state === 'running') advance(plan, facts, nodes)
  else if (plan.state === 'done') plan.why = doneSentence(plan)
  return { plan, offers: offersOf(plan, facts) }
}

/** Goes on with a roll-out that was stopped: its failed wave is offered once more and watched anew. */
export function resumed(stopped: RolloutPlan, now_ms: number): RolloutPlan {
  const plan = structuredClone(stopped)
  plan.state = 'running'
  plan.why = 'resumed'
  plan.ended_ms = null
  plan.failure = null
  plan.rollback_to = null
  plan.attempt += 1
  for (const wave of plan.waves) {
    if (wave.state !== 'failed') continue
    wave.state = 'running'
    wave.started_ms = now_ms
    wave.watched_ms = null
    for (const node of wave.nodes) {
      node.from = null
      if (node.state === 'applied') continue
      node.state = 'waiting'
      node.offered_ms = null
      node.message = ''
    }
  }
  return plan
}

function newPlan(facts: Facts): RolloutPlan {
  const { revision, bundle_id, bundle, content, is_rollback } = facts.commit
  return {
    ...{ revision, bundle_id, bundle, content, is_rollback },
    state: 'running',
    why: '',
    started_ms: facts.now_ms,
    ended_ms: null,
    failure: null,
    rollback_to: null,
    attempt: 1,
    waves: wavesOf(facts),
  }
}

/** Goes as far as the facts allow; one wave at a time. */
function advance(plan: RolloutPlan, facts: Facts, nodes: ReadonlyMap<string, NodeFacts>): void {
  const stop = lateRefusal(plan, nodes) ?? runWaves(plan, facts, nodes)
  if (stop === 'done') {
    plan.state = 'done'
    plan.ended_ms = facts.now_ms
    plan.why = doneSentence(plan)
  } else if ('failure' in stop) {
    fail(plan, stop.wave, stop.failure, facts)
  } else {
    plan.why = stop.why
  }
}

type Stop = 'done' | { readonly why: string } | { readonly wave: Wave; readonly failure: Failure }

/** Ends waves until one has to wait, fails, or none is left. */
function runWaves(plan: RolloutPlan, facts: Facts, nodes: ReadonlyMap<string, NodeFacts>): Stop {
  for (const wave of plan.waves) {
    if (wave.state === 'waiting') {
      // Who holds nothing up by being away must really be away, else a restart of ours would skip all waves.
      const missed = wave.nodes.find((node) => nodes.get(node.id)?.is_expected)
      if (missed) return { why: `${wave.name}: waiting for ${missed.name} to come back` }
      beginWave(wave, nodes, facts.now_ms)
      for (const node of wave.nodes) noteNode(node, nodes.get(node.id), wave, plan, facts.now_ms)
    }
    if (wave.state === 'running') {
      const verdict = verdictOnReceipts(plan, wave, nodes, facts)
      if (verdict.kind === 'failed') return { wave, failure: verdict.failure }
      if (verdict.kind === 'waiting') return { why: verdict.why }
      const is_watched = verdict.applied > 0 && facts.commit.rollout.wait > 0 && !plan.is_rollback
      wave.state = is_watched ? 'watching' : 'done'
      if (is_watched) wave.watched_ms = facts.now_ms
    }
    if (wave.state === 'watching') {
      const verdict = watchVerdict(wave, nodes, facts)
      if (verdict.kind === 'failed') return { wave, failure: verdict.failure }
      if (!watchIsOver(wave, facts)) return { why: verdict.why }
      wave.state = 'done'
    }
  }
  return 'done'
}

/** A node of an earlier wave that came late, took the offer, and would not have it. */
function lateRefusal(
  plan: RolloutPlan,
  nodes: ReadonlyMap<string, NodeFacts>,
): { wave: Wave; failure: Failure } | undefined {
  for (const wave of plan.waves) {
    if (wave.state !== 'done' && wave.state !== 'watching') continue
    const node = wave.nodes.find((one) => one.state === 'refused')
    if (node) return { wave, failure: refusalOf(node, nodes) }
  }
  return undefined
}

function fail(plan: RolloutPlan, wave: Wave, failure: Failure, facts: Facts): void {
  const { base } = facts.commit
  wave.state = 'failed'
  plan.state = 'stopped'
  plan.ended_ms = facts.now_ms
  plan.failure = failure
  // Silence may be the line's fault, a full disk is the node's; a refusal or bad figures are the policy's.
  const is_its_fault = failure.cause === 'refused' || failure.cause === 'out_of_bounds'
  const is_other = base !== undefined && base.content !== plan.content
  const is_good_for_it = is_its_fault && !plan.is_rollback && facts.can_go_back
  plan.rollback_to = is_good_for_it && is_other ? base : null
  const then =
    plan.rollback_to === null ? '' : `; going back to revision ${plan.rollback_to.revision}`
  plan.why = `stopped in ${wave.name}: ${failure.sentence}${then}`
}

function doneSentence(plan: RolloutPlan): string {
  const all = plan.waves.flatMap((wave) => wave.nodes).filter((node) => node.message !== left)
  const away = all.filter((node) => node.state !== 'applied')
  if (all.length === 0) return 'there is no node yet'
  if (away.length === 0) return `all ${all.length} nodes enforce it`
  const some = away.slice(0, 5).map((node) => `${node.name} (${node.state})`)
  const more = away.length > some.length ? ` and ${away.length - some.length} more` : ''
  return `${all.length - away.length} of ${all.length} nodes enforce it, missing ${some.join(', ')}${more}`
}

function offersOf(plan: RolloutPlan, facts: Facts): Map<string, Offer> {
  const open = new Set(
    plan.waves
      .filter((wave) => wave.state !== 'waiting' && plan.state === 'running')
      .flatMap((wave) => wave.nodes.map((node) => node.id)),
  )
  const place = new Map(plan.waves.flatMap((wave) => wave.nodes).map((node, i) => [node.id, i]))
  const placeOf = (node: NodeFacts) => place.get(node.id) ?? place.size
  const offers = new Map<string, Offer>()
  for (const node of [...facts.nodes].sort((a, b) => placeOf(a) - placeOf(b))) {
    if (!node.is_connected || node.enforced?.id === plan.bundle_id) continue
    if (isAhead(node, { id: plan.bundle_id, revision: plan.revision })) continue
    const { base } = facts.commit
    if (plan.state === 'done' || open.has(node.id)) offers.set(node.id, 'newest')
    // A node never goes back: what is newer than the base stays until its turn comes.
    else if (base && (node.enforced?.revision ?? 0) < base.revision) offers.set(node.id, 'base')
  }
  return offers
}

/** The wall clock may have been set back since the plan was saved; no wait gets longer by that. */
function notInTheFuture(plan: RolloutPlan, now_ms: number): void {
  const past = (ms: number | null) => (ms === null ? null : Math.min(ms, now_ms))
  for (const wave of plan.waves) {
    wave.started_ms = past(wave.started_ms)
    wave.watched_ms = past(wave.watched_ms)
    for (const node of wave.nodes) node.offered_ms = past(node.offered_ms)
  }
}
