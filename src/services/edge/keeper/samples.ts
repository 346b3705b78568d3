/**
 * Traffic samples: what each site counted since the last one. A sample that cannot be kept is part
 * of the next.
 */
import { uuidv7 } from '#base/id.ts'
import type { TrafficSample } from '#model/traffic.ts'
import { counterFields, type SiteCounters, siteCounters } from '../counters.ts'

export type Sampler = {
  /** One sample for each site that counted anything; `keep` tells whether it is safe. */
  sample(
    sites: ReadonlyMap<string, SiteCounters>,
    now_ms: number,
    keep: (sample: TrafficSample) => boolean,
  ): void
}

export function sampler(node: string): Sampler {
  const told = new Map<string, SiteCounters>()
  return {
    sample(sites, now_ms, keep) {
      for (const [site, counters] of sites) {
        const since = difference(counters, told.get(site))
        if (counterFields.every((field) => since[field] === 0)) continue
        const sample: TrafficSample = {
          id: uuidv7(now_ms),
          at: new Date(now_ms).toISOString(),
          node,
          site,
          requests: since.requests,
          attacks: since.attacks,
          blocked: since.blocked,
          abnormal: since.abnormal,
          faults: since.faults,
          upstream_errors: since.upstream_errors,
          bytes_in: since.bytes_in,
          bytes_out: since.bytes_out,
          inspect_us_sum: since.inspect_us_sum,
          inspect_us_buckets: since.inspect_us_buckets,
        }
        if (keep(sample)) told.set(site, copy(counters))
      }
    },
  }
}

function difference(now: SiteCounters, before: SiteCounters | undefined): SiteCounters {
  const out = copy(now)
  if (before === undefined) return out
  for (const field of counterFields) out[field] -= before[field]
  out.inspect_us_buckets = now.inspect_us_buckets.map(
    (count, i) => count - (before.inspect_us_buckets[i] ?? 0),
  )
  return out
}

function copy(counters: SiteCounters): SiteCounters {
  return { ...siteCounters(), ...counters, inspect_us_buckets: [...counters.inspect_us_buckets] }
}
