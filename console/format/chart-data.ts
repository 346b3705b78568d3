/** Series of the overview turned into what the charts draw. */
import type { Overview } from '#model/overview.ts'

type Numbers = readonly (number | null)[]
type Charted = Pick<Overview, 'series' | 'step_s' | 'to'>

export type TrafficChartData = {
  /** Seconds since the epoch. */
  readonly at_s: readonly number[]
  /** Requests a second. */
  readonly allowed: readonly number[]
  readonly monitored: readonly number[]
  readonly blocked: readonly number[]
  /** Sums from the axis up, drawn back to front: all, then blocked and monitored, then blocked. */
  readonly stack: readonly [readonly number[], readonly number[], readonly number[]]
}

/** Counts per step become requests a second; what is neither blocked nor monitored was allowed. */
export function trafficChartData(overview: Charted): TrafficChartData {
  const { series, step_s } = overview
  const count = wholeSteps(overview)
  const perSecond = (counts: readonly number[]) => counts.slice(0, count).map((n) => n / step_s)
  const blocked = perSecond(series.blocked)
  const monitored = perSecond(series.monitored)
  // Sums of two sources may cross a step's border apart: never below zero.
  const allowed = perSecond(series.requests).map((n, i) =>
    Math.max(0, n - (blocked[i] ?? 0) - (monitored[i] ?? 0)),
  )
  const low = blocked
  const middle = sum(low, monitored)
  return {
    at_s: seconds(series.at.slice(0, count)),
    allowed,
    monitored,
    blocked,
    stack: [sum(middle, allowed), middle, low],
  }
}

export type LatencyChartData = {
  readonly at_s: readonly number[]
  /** Microseconds. */
  readonly p50: Numbers
  readonly p99: Numbers
}

export function latencyChartData(overview: Charted): LatencyChartData {
  const { at, inspect_us_p50, inspect_us_p99 } = overview.series
  const count = wholeSteps(overview)
  return {
    at_s: seconds(at.slice(0, count)),
    p50: inspect_us_p50.slice(0, count),
    p99: inspect_us_p99.slice(0, count),
  }
}

/** How many steps are over: one that still runs would look like a collapse of the traffic. */
function wholeSteps({ series, step_s, to }: Charted): number {
  const end_ms = Date.parse(to)
  const is_over = (at: string) => Date.parse(at) + step_s * 1000 <= end_ms
  return Math.max(1, series.at.filter(is_over).length)
}

/** The newest value that is known. */
export function newest(values: Numbers): number | null {
  return values.findLast((v) => v !== null) ?? null
}

function seconds(at: readonly string[]): number[] {
  return at.map((text) => Date.parse(text) / 1000)
}

function sum(a: readonly number[], b: readonly number[]): number[] {
  return a.map((n, i) => n + (b[i] ?? 0))
}
