/** Last step: what follows from a stored batch: counters, and a word to whoever must act. */
import type { Log } from '#base/log.ts'
import type { CounterMetric, HistogramMetric, Metrics } from '#base/metrics.ts'
import { analyticsFaults } from '../faults.ts'
import type { Stored } from './store.ts'

/** More nodes than a cluster has. */
const told_max = 1_000

export type Conclusions = {
  readonly log: Log
  readonly records: CounterMetric
  readonly from_future: CounterMetric
  /** Nodes whose clocks were told of, each once. */
  readonly told: Set<string>
  readonly seconds: HistogramMetric
}

export function conclusions(log: Log, metrics: Metrics): Conclusions {
  return {
    log,
    records: metrics.counter('analytics_records_total', 'Records that edges delivered', ['result']),
    from_future: metrics.counter(
      'analytics_future_records_total',
      'Records that edges dated too far in the future, kept with an earlier time',
    ),
    told: new Set(),
    seconds: metrics.histogram(
      'analytics_batch_seconds',
      'Time from the body of a batch to its commit',
      [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    ),
  }
}

export function conclude(stored: Stored, took_ms: number, conclusions: Conclusions): void {
  const { log, records, seconds } = conclusions
  records.add(stored.stored, { result: 'stored' })
  records.add(stored.duplicates, { result: 'duplicate' })
  records.add(stored.rejected.length, { result: 'rejected' })
  seconds.observe(took_ms / 1000)
  const [first] = stored.rejected
  if (first) {
    log.trouble('analytics.rejected', analyticsFaults.wrong_shape({ why: first.why }), {
      node: stored.node,
      records: stored.rejected.length,
    })
  }
  tellFuture(stored, conclusions)
  log.detail('analytics.stored', {
    node: stored.node,
    records: stored.stored,
    duplicates: stored.duplicates,
    took_ms,
  })
}

/** A clock that is wrong is wrong in every batch: told once, counted always. */
function tellFuture({ node, from_future, ahead_ms }: Stored, conclusions: Conclusions): void {
  const { told, log } = conclusions
  if (from_future === 0) return
  conclusions.from_future.add(from_future)
  if (told.has(node) || told.size >= told_max) return
  told.add(node)
  const ahead_s = Math.round(ahead_ms / 1000)
  log.trouble('analytics.from_future', analyticsFaults.from_future({ node, ahead_s }), {
    records: from_future,
  })
}
