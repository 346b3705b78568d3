/** The numbers of the Overview page for one span of time. */
import { z } from '#base/schema.ts'
import { AttackType } from './attack-type.ts'

const Count = z.strictObject({ key: z.string(), hits: z.int(), blocked: z.int() })

export const Overview = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  step_s: z.int().describe('Seconds that one point of the series stands for'),
  totals: z.strictObject({
    requests: z.int(),
    attacks: z.int(),
    blocked: z.int(),
    monitored: z.int(),
    abnormal: z.int().describe('Turned away before the rules were asked'),
    turned_away: z
      .strictObject({ listed: z.int(), limited: z.int(), malformed: z.int() })
      .describe('Why, of those that a record was kept of: a few a second of one client are'),
    faults: z.int(),
    upstream_errors: z.int(),
  }),
  /** Equal lengths; at most 300 points. */
  series: z.strictObject({
    at: z.array(z.iso.datetime()),
    requests: z.array(z.int()),
    blocked: z.array(z.int()),
    monitored: z.array(z.int()),
    /** Time that inspection added, microseconds; null where nothing was inspected. */
    inspect_us_p50: z.array(z.number().nullable()),
    inspect_us_p99: z.array(z.number().nullable()),
  }),
  attack_types: z.array(
    z.strictObject({ attack_type: AttackType, hits: z.int(), blocked: z.int() }),
  ),
  top_clients: z.array(Count),
  top_targets: z.array(Count),
  top_sites: z.array(Count),
  /** The verdict in a sentence, such as `All sites are up. 12 attacks blocked in the last hour.` */
  verdict: z.string(),
  is_healthy: z.boolean(),
})
export type Overview = z.infer<typeof Overview>
