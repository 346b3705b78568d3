/**
 * ★ The keeper: one for all edge workers of a node. Sums what they count, carries what they find,
 * tells how the node is.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '#base/service.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { NodeStatus } from '#model/node.ts'
import { poster } from '#parts/http/post-json.ts'
import { openSpool } from '#parts/spool/spool.ts'
import { openAdmin } from './keeper/admin.ts'
import { courier } from './keeper/courier.ts'
import { exposition } from './keeper/metrics.ts'
import { readinessOf } from './keeper/readiness.ts'
import { sampler } from './keeper/samples.ts'
import { nodeStatus } from './keeper/status.ts'
import { totals } from './keeper/totals.ts'
import type { WorkerReport } from './report.ts'
import type { EdgeSettings } from './settings.ts'

/** What only the supervisor knows. */
export type KeeperFacts = {
  readonly bundle: string
  readonly rule_set: string
  readonly rules: number
  readonly applied_at_ms: number
  readonly workers: NodeStatus['workers']
}

export type KeeperContext = {
  readonly node: string
  readonly version: string
  readonly startid: string
  /** Holds one spool directory for each worker, and ours. */
  readonly spool_root: string
  /** `http://127.0.0.1:3313` */
  readonly analytics: string
  readonly facts: () => KeeperFacts
}

export type Keeper = AsyncDisposable & {
  onReport(worker_id: string, report: WorkerReport): void
  /** A worker has put something into its spool. */
  onNudge(): void
  onWorkerGone(worker_id: string): void
  status(): NodeStatus
  /** Takes a last sample and delivers what waits, at most `limit_ms` long. */
  flush(limit_ms: number): Promise<void>
  readonly admin: { readonly address: string; readonly port: number }
}

const own_spool = 'keeper'
const own_spool_bytes = 64 * 1024 * 1024
const sample_ms = 2000
/** A spool that lost something counts as losing for this long. */
const losing_ms = 60_000

/** @throws http.cannot_listen, spool.unusable */
export async function startKeeper(
  settings: EdgeSettings,
  context: KeeperContext,
  world: World,
): Promise<Keeper> {
  await using rising = new AsyncDisposableStack()
  const { clock, log } = world
  const started_ms = clock.now()
  const all = totals()
  mkdirSync(context.spool_root, { recursive: true, mode: 0o700 })
  const post = rising.use(poster(context.analytics, 10_000))
  const carrier = rising.use(
    courier({ ...context, url: context.analytics, mine: own_spool }, post, clock, log),
  )
  const spool = rising.use(
    openSpool(join(context.spool_root, own_spool), { size_bytes_max: own_spool_bytes }),
  )
  const samples = sampler(context.node)
  let lost_before = 0
  let lost_at = Number.NEGATIVE_INFINITY

  const status = (): NodeStatus => nodeStatus(context, all.sums(), carrier, clock.now(), started_ms)
  const sample = (): void => {
    samples.sample(all.sums().sites, clock.now(), (traffic) => {
      const line: IntakeRecord = { kind: 'traffic', traffic }
      return spool.append(JSON.stringify(line))
    })
    const { lost } = status()
    if (lost > lost_before) lost_at = clock.elapsed()
    lost_before = lost
    carrier.nudge()
  }
  const tell = (): void => {
    post.post('/v1/status', JSON.stringify(status())).then(
      () => {},
      // The courier tells when analytics is away; the next status follows in two seconds.
      () => {},
    )
  }
  rising.use(
    clock.every(sample_ms, () => {
      sample()
      tell()
    }),
  )
  const metrics = exposition(world.metrics)
  const admin = rising.use(
    await openAdmin(settings.admin, {
      status,
      async metrics() {
        metrics.update(all.sums(), status())
        return { content_type: world.metrics.content_type, text: await metrics.text() }
      },
      readiness: () =>
        readinessOf({
          ...workersAndUpstreams(status()),
          is_losing: clock.elapsed() - lost_at < losing_ms,
          is_analytics_reachable: carrier.is_reachable,
          deferred: carrier.depth(),
        }),
    }),
  )
  const falling = rising.move()
  return {
    admin,
    onReport: (worker_id, report) => all.take(worker_id, report),
    onNudge: () => carrier.nudge(),
    onWorkerGone(worker_id) {
      all.forget(worker_id)
      carrier.onWriterGone(worker_id)
    },
    status,
    async flush(limit_ms) {
      sample()
      await carrier.flush(limit_ms)
    },
    [Symbol.asyncDispose]: () => falling.disposeAsync(),
  }
}

function workersAndUpstreams(now: NodeStatus) {
  return {
    workers: now.workers.length,
    workers_ready: now.workers.filter((worker) => worker.state === 'ready').length,
    upstreams: now.upstreams.length,
    upstreams_up: now.upstreams.filter((server) => server.is_up).length,
  }
}
