/**
 * Which policy this node enforces: that of the newest bundle on its shelf; on a policy server that
 * has none yet, that of its settings file; else none. Every change goes through all workers in two
 * phases (`swap.ts`), and only one change is under way at a time.
 */
import type { World } from '#base/service.ts'
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import type { AgentHello } from '#model/cluster.ts'
import type { Shelved } from '#parts/bundle/shelf.ts'
import { gatherSettings } from '../policy.ts'
import type { Settings } from '../settings.ts'
import { pruneBootPolicies, writeBootPolicy } from './boot-policy.ts'
import { startFirstWorkers } from './first-workers.ts'
import type { Membership } from './membership.ts'
import type { PolicyRef } from './messages.ts'
import type { WorkerPool } from './worker-pool.ts'

export type NodePolicy = {
  /** Before the first bundle: what the settings file says counts. */
  readonly is_booting: boolean
  enforced(): AgentHello['bundle']
  /** `12-3fa9c2d1` */
  readonly bundle: string
  /** @throws what a worker refused it with, and what the shelf throws; the old one stays */
  apply(shelved: Shelved): Promise<void>
  /** While booting: other settings count. @throws like apply */
  applySettings(settings: Settings): Promise<void>
  /** The first workers (`first-workers.ts`). @throws what keeps them from starting whatever they enforce */
  start(settings: Settings): Promise<void>
  /** Other workers with the policy in force. */
  roll(settings: Settings): Promise<void>
}

/** What counts at the start of the supervisor. @throws the rules' faults, when it is that of the settings */
export function firstPolicy(member: Membership, settings: Settings): FirstPolicy {
  const shelved = member.shelf.active()
  if (shelved !== undefined)
    return { ref: { kind: 'shelf', id: shelved.bundle.id }, bundle: shelved.bundle }
  // Without the role, what the file says of sites is not for this node to decide.
  if (!member.has('policy')) return { ref: null, bundle: undefined }
  return { ref: bootRef(settings), bundle: undefined }
}
export type FirstPolicy = {
  readonly ref: PolicyRef | null
  readonly bundle: SignedBundle | undefined
}

function bootRef(settings: Settings): PolicyRef {
  return writeBootPolicy(settings.state_dir, gatherSettings(settings))
}

const recover_after_ms = 5_000
const recover_at_most_ms = 60_000

export function nodePolicy(
  first: FirstPolicy,
  member: Membership,
  workers: WorkerPool,
  state_dir: string,
  world: World,
): NodePolicy {
  let bundle = first.bundle
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const mine = turn.then(change)
    turn = mine.catch(() => {})
    return mine
  }
  /** Files of the settings that no worker reads any more. */
  const prune = (): void => {
    try {
      pruneBootPolicies(state_dir, workers.policy?.kind === 'boot' ? workers.policy.id : '')
    } catch (error) {
      world.log.trouble('boot.not_pruned', error)
    }
  }
  const isBooting = (): boolean =>
    bundle === undefined && member.has('policy') && member.shelf.revision_floor === 0
  /** Workers died of something that passes: what is on the shelf protects as soon as it can. */
  const recoverLater = (wait_ms: number): void => {
    world.clock.after(wait_ms, () => void inTurn(() => recover(wait_ms)))
  }
  const recover = async (wait_ms: number): Promise<void> => {
    const shelved = member.shelf.active()
    if (shelved === undefined || shelved.bundle.id === bundle?.id || world.stop.aborted) return
    const ref: PolicyRef = { kind: 'shelf', id: shelved.bundle.id }
    try {
      await workers.prepare(ref)
      await workers.activate(ref)
      bundle = shelved.bundle
      world.log.event('policy.recovered', { bundle: bundleName(bundle) })
    } catch (fault) {
      world.log.trouble('policy.not_enforced', fault, { bundle: bundleName(shelved.bundle) })
      recoverLater(Math.min(wait_ms * 2, recover_at_most_ms))
    }
  }
  prune()
  return {
    get is_booting() {
      return isBooting()
    },
    enforced: () =>
      bundle === undefined ? null : { id: bundle.id, revision: bundle.head.revision },
    get bundle() {
      return bundle === undefined ? '' : bundleName(bundle)
    },
    apply: ({ bundle: next }) =>
      inTurn(async () => {
        const { shelf } = member
        shelf.admit(next)
        shelf.stage(next)
        const ref: PolicyRef = { kind: 'shelf', id: next.id }
        await workers.prepare(ref)
        // From here on it counts, whatever dies or fails: who starts again finds it on the shelf.
        await shelf.activateMeanwhile(next)
        try {
          await workers.activate(ref)
        } catch (error) {
          world.log.trouble('policy.not_activated', error, { bundle: bundleName(next) })
        }
        bundle = next
        prune()
      }),
    applySettings: (settings) =>
      inTurn(async () => {
        if (!isBooting()) return
        const ref = bootRef(settings)
        await workers.prepare(ref)
        await workers.activate(ref)
        prune()
      }),
    start: (settings) =>
      inTurn(async () => {
        if (bundle === undefined) return workers.roll(settings)
        const before = member.shelf.previous()?.bundle
        const bundles = before === undefined ? [bundle] : [bundle, before]
        const begun = await startFirstWorkers(bundles, workers, settings, world)
        bundle = begun.bundle
        if (begun.may_recover) recoverLater(recover_after_ms)
      }),
    roll: (settings) => inTurn(() => workers.roll(settings)),
  }
}
