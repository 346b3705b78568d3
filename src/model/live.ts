/**
 * What the live stream (`GET /api/v1/events/stream`) tells besides attacks: `nodes` carries `NodeView[]`, `rollout` a
 * `RolloutView`, `event` a `SystemEvent`, each when it changes.
 */
import { z } from '#base/schema.ts'

/** Data of a `traffic` event: sums over all sites of the last `span_s` seconds before `at`. */
export const LiveTraffic = z.strictObject({
  at: z.iso.datetime(),
  span_s: z.int(),
  requests: z.int(),
  attacks: z.int(),
  blocked: z.int(),
  monitored: z.int(),
  abnormal: z.int(),
  faults: z.int(),
  upstream_errors: z.int(),
})
export type LiveTraffic = z.infer<typeof LiveTraffic>

export const liveTopics = ['attack', 'traffic', 'nodes', 'rollout', 'event'] as const
export type LiveTopic = (typeof liveTopics)[number]
