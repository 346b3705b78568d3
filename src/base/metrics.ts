/** Prometheus metrics. The home of @prometheus-io/client. */
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'

type LabelValues = Readonly<Record<string, string>>

export type CounterMetric = { add(n?: number, labels?: LabelValues): void }
export type GaugeMetric = { set(n: number, labels?: LabelValues): void }
export type HistogramMetric = { observe(value: number, labels?: LabelValues): void }

export type Metrics = {
  /** Name without prefix, ends in `_total`. */
  counter(name: string, help: string, labels?: readonly string[]): CounterMetric
  gauge(name: string, help: string, labels?: readonly string[]): GaugeMetric
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ): HistogramMetric
  /** Prometheus text exposition format. */
  text(): Promise<string>
  readonly content_type: string
}

/** A registry of its own; every name gets the prefix `gatehouse_`. Asking twice for a name gives the same metric. */
export function prometheusMetrics(): Metrics {
  const registry = new Registry()
  const known = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    const found = known.get(name)
    if (found !== undefined) return found as T
    const made = make()
    known.set(name, made)
    return made
  }
  return {
    counter: (name, help, labels = []) =>
      once(name, () => {
        const c = new Counter({
          name: `gatehouse_${name}`,
          help,
          labelNames: [...labels],
          registers: [registry],
        })
        return { add: (n = 1, values = {}) => c.inc({ ...values }, n) }
      }),
    gauge: (name, help, labels = []) =>
      once(name, () => {
        const g = new Gauge({
          name: `gatehouse_${name}`,
          help,
          labelNames: [...labels],
          registers: [registry],
        })
        return { set: (n, values = {}) => g.set({ ...values }, n) }
      }),
    histogram: (name, help, buckets, labels = []) =>
      once(name, () => {
        const h = new Histogram({
          name: `gatehouse_${name}`,
          help,
          buckets: [...buckets],
          labelNames: [...labels],
          registers: [registry],
        })
        return { observe: (value, values = {}) => h.observe({ ...values }, value) }
      }),
    text: () => registry.metrics(),
    content_type: registry.contentType,
  }
}
