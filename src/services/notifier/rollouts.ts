/** Brings commits to the nodes: observe, decide, save, then tell. A new office goes on with what was saved. */
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { RolloutView } from '#model/draft.ts'
import type { Database } from '#parts/records/database.ts'
import { forgetRollouts, saveRollout, supersedeRollouts } from '#parts/records/rollouts.ts'
import { decide, type Offer, resumed } from './decide.ts'
import { notifierFaults } from './faults.ts'
import type { Lines } from './lines.ts'
import { type Observed, type Offered, observe, offeredBase } from './observe.ts'
import { type Newest, type NodeFacts, type RolloutPlan, viewOf } from './plan.ts'

export type Rollouts = {
  /**
   * One turn. `told`: somebody says that there is a new commit; `look`: there may be one; `know`: none is looked for.
   * @throws records.unavailable
   */
  turn(commit: 'told' | 'look' | 'know'): Promise<void>
  /** @throws notifier.nothing_stopped, records.unavailable */
  resume(): Promise<void>
  view(): RolloutView | null
  /** The newest commit's bundle. */
  newest(): Newest | undefined
}

export type Rollback = {
  /** Whose policy is to be committed again. */
  readonly revision: number
  /** What it takes the place of; when there is a newer commit, nothing is to be done. */
  readonly failed: number
  readonly message: string
}

export type RolloutTools = {
  readonly database: Database
  readonly lines: Lines
  nodes(): NodeFacts[]
  /** Refusals of before count no longer. */
  forgive(): void
  /** Commits an earlier policy again; undefined where nothing can. */
  readonly rollback: ((wanted: Rollback) => Promise<void>) | undefined
  changed(): void
  /** As a line of a stream: our time, so that what becomes of a bundle is later than its commit. */
  ping(): string
}

/** A roll-back that cannot be committed is tried again after this. */
const again_ms = 5_000

export function rollouts(tools: RolloutTools, world: World): Rollouts {
  const { database, lines } = tools
  const { clock, log } = world
  let seen: Observed | undefined
  let plan: RolloutPlan | undefined
  let base: Offered | undefined
  /** The commit before is to be closed. */
  let open: Observed | undefined
  let is_rolling_back = false
  let rolled_back_ms = Number.NEGATIVE_INFINITY
  let told_trouble = ''

  const save = async (next: RolloutPlan) => {
    const { revision, content, state } = next
    await saveRollout(database, { revision, content, state, plan: next })
    // Whoever stops something wants it to stay stopped, also after a loss of power.
    if (state === 'stopped') await database.durable()
  }

  const take = (found: Observed) => {
    seen = found
    open = found
    plan = found.plan
    base = undefined
    told_trouble = ''
  }

  /** What became of the commit before, now that there is another one. */
  const close = async ({ previous, commit }: Observed) => {
    await supersedeRollouts(database, commit.revision)
    if (previous?.state !== 'stopped' || previous.rollback_to?.content !== commit.content) return
    const { revision, bundle } = previous
    await save({ ...previous, state: 'rolled_back' })
    log.event('rollout.rolled_back', { revision, bundle, by_revision: commit.revision })
    await forgetRollouts(database)
  }

  const tell = async (offers: ReadonlyMap<string, Offer>) => {
    if (!seen || !plan) return
    const newest = { key: `${plan.bundle_id}#${plan.attempt}`, text: seen.text }
    for (const [node_id, what] of offers) {
      const line = lines.get(node_id)
      if (!line) continue
      if (what === 'base' && !base && seen.commit.base) {
        base = await offeredBase(database, seen.commit.base.revision)
      }
      const offer = what === 'newest' ? newest : base
      if (!offer || line.offered === offer.key) continue
      line.offered = offer.key
      line.sendText(tools.ping())
      line.sendText(offer.text)
    }
  }

  const rollBack = () => {
    const target = plan?.rollback_to
    if (!plan || !target || plan.state !== 'stopped' || is_rolling_back || !tools.rollback) return
    if (clock.elapsed() - rolled_back_ms < again_ms) return
    is_rolling_back = true
    rolled_back_ms = clock.elapsed()
    const message = `Rolled back revision ${plan.revision}: ${plan.failure?.sentence ?? plan.why}`
    tools
      .rollback({
        revision: target.revision,
        failed: plan.revision,
        message: message.slice(0, 2_000),
      })
      .catch((error: unknown) => {
        const why = messageOf(error)
        if (why === told_trouble) return
        told_trouble = why
        const { revision } = target
        const fault = notifierFaults.not_rolled_back({ revision, why }, { cause: error })
        log.trouble('rollout.not_rolled_back', error instanceof Fault ? fault : error)
      })
      .finally(() => {
        is_rolling_back = false
      })
  }

  return {
    async turn(commit) {
      const known = { revision: seen?.commit.revision ?? 0, plan }
      if (commit !== 'know') {
        const found = await observe(database, known, commit === 'told')
        if (found) take(found)
      }
      if (!seen) return
      const before = plan
      const { commit: found } = seen
      const can_go_back = tools.rollback !== undefined
      const facts = { now_ms: clock.now(), commit: found, nodes: tools.nodes(), can_go_back }
      const decision = decide(facts, before)
      const is_new = JSON.stringify(decision.plan) !== JSON.stringify(before)
      if (is_new) await save(decision.plan)
      plan = decision.plan
      await tell(decision.offers)
      if (is_new) {
        report(log, before, plan)
        tools.changed()
      }
      if (open) await close(open)
      open = undefined
      rollBack()
    },
    async resume() {
      if (plan?.state !== 'stopped') {
        throw notifierFaults.nothing_stopped({ state: plan?.state ?? 'not begun' })
      }
      const next = resumed(plan, clock.now())
      await save(next)
      plan = next
      tools.forgive()
      const { revision, bundle, attempt } = next
      log.event('rollout.started', { revision, bundle, attempt })
    },
    view: () => (plan ? viewOf(plan) : null),
    newest: () => seen && { id: seen.commit.bundle_id, revision: seen.commit.revision },
  }
}

/** What happened between two plans, for the log. */
function report(log: World['log'], before: RolloutPlan | undefined, plan: RolloutPlan): void {
  const { revision, bundle } = plan
  if (!before) {
    const nodes = plan.waves.reduce((sum, wave) => sum + wave.nodes.length, 0)
    log.event('rollout.started', { revision, bundle, waves: plan.waves.length, nodes })
  }
  for (const [i, wave] of plan.waves.entries()) {
    if (wave.state !== 'done' || before?.waves[i]?.state === 'done') continue
    const applied = wave.nodes.filter((node) => node.state === 'applied').length
    log.event('rollout.wave_done', { revision, wave: wave.name, applied, nodes: wave.nodes.length })
  }
  if (plan.state === (before?.state ?? 'running')) return
  if (plan.state === 'stopped') {
    log.trouble('rollout.stopped', notifierFaults.rollout_stopped({ bundle, why: plan.why }), {
      revision,
    })
  } else if (plan.state === 'done') {
    const took_ms = (plan.ended_ms ?? plan.started_ms) - plan.started_ms
    log.event('rollout.done', { revision, bundle, took_ms, why: plan.why })
  }
}
