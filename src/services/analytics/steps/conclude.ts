/** Last step: what follows from a stored batch: counters, and a word to whoever must act. */
import type { Log } from '#base/log.ts'
import type { CounterMetric, HistogramMetric, Metrics } from '#base/metrics.ts'
import { analyticsFaults } from '../faults.ts'
import type { Stored } from './store.ts'

export type Conclusions = {
  readonly log: Log
  readonly records: CounterMetric
  readonly seconds: HistogramMetric
}

export function conclusions(log: Log, metrics: Metrics): Conclusions {
  return {
    log,
    records: metrics.counter('analytics_records_total', 'Records that edges delivered', ['result']),
    seconds: metrics.histogram(
      'analytics_batch_seconds',
      'Time from the body of a batch to its commit',
      [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    ),
  }
}

export function conclude(
  stored: Stored,
  took_ms: number,
  { log, records, seconds }: Conclusions,
): void {
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
  log.detail('analytics.stored', {
    node: stored.node,
    records: stored.stored,
    duplicates: stored.duplicates,
    took_ms,
  })
}
