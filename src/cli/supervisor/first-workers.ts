/**
 * The first workers of a start. What lies on the shelf was enforced once, so it counts again; when the rule engine does not
 * take it any more (the program is another one since) the bundle before is tried, and last none: then the node answers 503,
 * and the next commit can mend it.
 */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import type { Settings } from '../settings.ts'
import type { WorkerPool } from './worker-pool.ts'

export type Begun = {
  /** What they enforce. */
  readonly bundle: SignedBundle | undefined
  /** They do not enforce the newest, and nothing says that it is to blame: it should be tried again. */
  readonly may_recover: boolean
}

/** Workers that die while they start (memory is short, say) are started again after so long. */
const waits_ms = [250, 1000, 4000]

/** `bundles`: best first. @throws what keeps workers from starting whatever they enforce: a port that is taken */
export async function startFirstWorkers(
  bundles: readonly SignedBundle[],
  workers: WorkerPool,
  settings: Settings,
  world: World,
): Promise<Begun> {
  let may_recover = false
  for (const bundle of bundles) {
    workers.startWith({ kind: 'shelf', id: bundle.id })
    const fault = await rollPatiently(workers, settings, world)
    if (fault === undefined) return { bundle, may_recover }
    may_recover ||= !isOfRules(fault)
    world.log.trouble('policy.not_enforced', fault, { bundle: bundleName(bundle) })
  }
  workers.startWith(null)
  await workers.roll(settings)
  return { bundle: undefined, may_recover }
}

/** What is wrong with the bundle, or kills the workers every time. @throws what is not the bundle's fault */
async function rollPatiently(
  workers: WorkerPool,
  settings: Settings,
  { clock, stop }: World,
): Promise<Fault | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      await workers.roll(settings)
      return undefined
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      if (isOfBundle(fault)) return fault
      if (!isDeath(fault)) throw fault
      const wait_ms = waits_ms[attempt]
      if (wait_ms === undefined) return fault
      await clock.sleep(wait_ms, stop)
    }
  }
}

/** A fault that a worker told comes with its code. A bug is one that this bundle woke: others may still work. */
function isOfBundle(fault: Fault): boolean {
  return /^(bug$|(enforcement|waf|seclang|regex|bundle)\.)/.test(codeOf(fault))
}

/** Nothing but another bundle will help. Other faults may pass: no memory, no file handles, a disk that cannot be read. */
function isOfRules(fault: Fault): boolean {
  return /^(enforcement|waf|seclang|regex)\./.test(codeOf(fault))
}

function codeOf({ code, facts }: Fault): string {
  return code === 'supervisor.worker_refused' ? String(facts['code']) : code
}

function isDeath({ code }: Fault): boolean {
  return code === 'supervisor.worker_died' || code === 'supervisor.worker_hung'
}
