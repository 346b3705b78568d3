/**
 * What one worker counts. Plain numbers in plain objects: counting costs nothing, and a report is a
 * copy.
 */
import { inspectBounds_us } from '#model/traffic.ts'

/** Of one site, or of requests that reached none (`noSite`). */
export type SiteCounters = {
  requests: number
  attacks: number
  blocked: number
  abnormal: number
  faults: number
  overlimits_time: number
  upstream_errors: number
  /** Matches of rules that stayed below the threshold: no attack. */
  below_threshold: number
  /** Answered with 500 or more, or passed on although the engine failed. */
  errors: number
  bytes_in: number
  bytes_out: number
  inspect_us_sum: number
  /** Per bucket of `inspectBounds_us`, one more than the bounds. */
  inspect_us_buckets: number[]
}

/** The name under which requests are counted that reached no site. */
export const noSite = '-'

export function siteCounters(): SiteCounters {
  return {
    requests: 0,
    attacks: 0,
    blocked: 0,
    abnormal: 0,
    faults: 0,
    overlimits_time: 0,
    upstream_errors: 0,
    below_threshold: 0,
    errors: 0,
    bytes_in: 0,
    bytes_out: 0,
    inspect_us_sum: 0,
    inspect_us_buckets: new Array<number>(inspectBounds_us.length + 1).fill(0),
  }
}

/** Counts the time that inspection added to one request. */
export function countInspection(counters: SiteCounters, us: number): void {
  const whole = Math.round(us)
  counters.inspect_us_sum += whole
  let at = 0
  while (at < inspectBounds_us.length && whole > (inspectBounds_us[at] ?? 0)) at++
  counters.inspect_us_buckets[at] = (counters.inspect_us_buckets[at] ?? 0) + 1
}

/** Adds `more` to `sum`, field by field. */
export function addCounters(sum: SiteCounters, more: SiteCounters): void {
  for (const key of counterFields) sum[key] += more[key]
  for (let i = 0; i < sum.inspect_us_buckets.length; i++)
    sum.inspect_us_buckets[i] = (sum.inspect_us_buckets[i] ?? 0) + (more.inspect_us_buckets[i] ?? 0)
}

/** The fields that are one number. */
export const counterFields = [
  'requests',
  'attacks',
  'blocked',
  'abnormal',
  'faults',
  'overlimits_time',
  'upstream_errors',
  'below_threshold',
  'errors',
  'bytes_in',
  'bytes_out',
  'inspect_us_sum',
] as const satisfies readonly (keyof SiteCounters)[]
