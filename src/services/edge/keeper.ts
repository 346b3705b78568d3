/**
 * ★ The keeper: one for all edge workers of a node. Sums what they count, carries what they find,
 * tells how the node is.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '#base/service.ts'
import type { WaveCounters } from '#model/cluster.ts'
import type { SystemEvent } from '#model/event.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { AgentState, LastReload, NodeStatus } from '#model/node.ts'
import type { NodeView } from '#model/node-view.ts'
import { openSpool } from '#parts/spool/spool.ts'
import { addCounters, siteCounters } from './counters.ts'
import { openAdmin } from './keeper/admin.ts'
import { courier } from './keeper/courier.ts'
import { type DeliveryOptions, delivery } from './keeper/delivery.ts'
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
  readonly revision: number
  readonly lists_revision: number
  /** Whether this node is to have workers at all. */
  readonly is_edge: boolean
  readonly agent: AgentState | null
  readonly last_reload: LastReload | null
}

/** `at`: when a policy server told it; null when none ever has. */
export type ClusterFacts = {
  readonly nodes: readonly NodeView[]
  readonly at: string | null
  readonly agent: AgentState | null
}

export type KeeperContext = {
  readonly node: string
  readonly version: string
  readonly startid: string
  /** Holds one spool directory for each worker, and ours. */
  readonly spool_root: string
  /** Where analytics takes records, best first: `host:port`. */
  readonly analytics: DeliveryOptions['addresses']
  readonly tls: DeliveryOptions['tls']
  /** All nodes, as this one last heard of them; for `GET /cluster`. */
  readonly cluster: () => ClusterFacts
  readonly facts: () => KeeperFacts
}

export type Keeper = AsyncDisposable & {
  onReport(worker_id: string, report: WorkerReport): void
  /** A worker has put something into its spool. */
  onNudge(): void
  onWorkerGone(worker_id: string): void
  status(): NodeStatus
  /** For watching a wave of a roll-out. */
  counters(): WaveCounters
  /** Something happened on this node that belongs on the timeline. False when it cannot be kept. */
  keepEvent(event: SystemEvent): boolean
  /** Takes a last sample and delivers what waits, at most `limit_ms` long. */
  flush(limit_ms: number): Promise<void>
  readonly admin: { readonly address: string; readonly port: number }
}

const own_spool = 'keeper'
/** Events have room of their own: samples of traffic never crowd them out. */
const event_spool = 'events'
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
  const post = rising.use(
    delivery({ version: context.version, addresses: context.analytics, tls: context.tls }, clock),
  )
  const mine = [own_spool, event_spool]
  const carrier = rising.use(courier({ ...context, mine }, post, clock, log))
  const open = (name: string) =>
    rising.use(openSpool(join(context.spool_root, name), { size_bytes_max: own_spool_bytes }))
  const spool = open(own_spool)
  const events = open(event_spool)
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
      cluster: context.cluster,
      async metrics() {
        metrics.update(all.sums(), status())
        return { content_type: world.metrics.content_type, text: await metrics.text() }
      },
      readiness: () =>
        readinessOf({
          ...workersAndUpstreams(status()),
          is_edge: context.facts().is_edge,
          has_policy: context.facts().bundle !== '',
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
    counters() {
      const sum = siteCounters()
      for (const counters of all.sums().sites.values()) addCounters(sum, counters)
      return { requests: sum.requests, blocked: sum.blocked + sum.abnormal, errors: sum.errors }
    },
    keepEvent(event) {
      const line: IntakeRecord = { kind: 'event', event }
      const is_kept = events.append(JSON.stringify(line))
      if (is_kept) carrier.nudge()
      return is_kept
    },
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
