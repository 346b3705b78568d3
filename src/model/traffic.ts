/** Traffic: what one worker counted for one site in a few seconds; sums make the charts. */
import { z } from '#base/schema.ts'

/** Upper bounds of the histogram of the time inspection added to a request, in microseconds; the last is open. */
export const inspectBounds_us = [100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 100_000] as const

export const TrafficSample = z.strictObject({
  /** UUIDv7 made at the edge: storing is idempotent by it. */
  id: z.uuid(),
  at: z.iso.datetime(),
  node: z.string(),
  site: z.string(),
  requests: z.int(),
  /** Requests in which a rule found something. */
  attacks: z.int(),
  blocked: z.int(),
  /** Refused before the rules ran: framing, limits, unknown site. */
  abnormal: z.int(),
  /** Faults of the engine. */
  faults: z.int(),
  upstream_errors: z.int(),
  bytes_in: z.int(),
  bytes_out: z.int(),
  inspect_us_sum: z.int(),
  /** Counts per bucket of `inspectBounds_us`, one more than the bounds. */
  inspect_us_buckets: z.array(z.int()),
})
export type TrafficSample = z.infer<typeof TrafficSample>
