/** What a node tells of itself, every few seconds; only the newest is kept. */
import { z } from '#base/schema.ts'
import { CommittingStatus } from './node-view.ts'

export const UpstreamState = z.strictObject({
  site: z.string(),
  url: z.string(),
  is_up: z.boolean(),
  is_backup: z.boolean(),
  fails: z.int(),
})
export type UpstreamState = z.infer<typeof UpstreamState>

/** How the node's line to the policy servers is. */
export const AgentState = z.strictObject({
  /** `host:port` of the policy server; null while there is none. */
  connected_to: z.string().nullable(),
  committing: CommittingStatus,
  /** Why it is not connected, or would not take something, in a sentence. */
  trouble: z.string().nullable(),
})
export type AgentState = z.infer<typeof AgentState>

/** What became of the last reload of the settings file. */
export const LastReload = z.strictObject({
  at: z.iso.datetime(),
  is_done: z.boolean(),
  /** Why it was refused, or what of it needs a restart; '' when all of it was done. */
  message: z.string(),
})
export type LastReload = z.infer<typeof LastReload>

/** The counters of `GET /gatehouse-status` (FEATURES.md P1): since start, summed over the workers of the node. */
export const NodeStatus = z.strictObject({
  node: z.string(),
  version: z.string(),
  /** Changes with every start of the program. */
  startid: z.string(),
  timestamp: z.iso.datetime(),
  started_at: z.iso.datetime(),
  requests: z.int(),
  attacks: z.int().describe('Requests in which the rules found an attack'),
  blocked: z.int(),
  below_threshold: z
    .int()
    .default(0)
    .describe('Requests in which rules matched and no attack came of it'),
  abnormal: z.int().describe('Refused before the rules ran'),
  faults: z.int().describe('Requests on which the engine itself failed'),
  overlimits_time: z.int(),
  /** Records that wait in the spool. */
  deferred: z.int(),
  /** Records that could not be kept: the spool was full or broken. */
  lost: z.int(),
  /** Seconds spent in the rules. */
  time_detect: z.number(),
  bytes_in: z.int(),
  bytes_out: z.int(),
  upstream_errors: z.int(),
  /** Of the policy in force: `12-3fa9c2d1`; `0-…` is that of the settings file; '' while there is none. */
  bundle: z.string(),
  revision: z.int().default(0),
  lists_revision: z.int().default(0),
  /** Null where no agent runs. */
  agent: AgentState.nullable().default(null),
  /** Why records are not taken at the moment, in a sentence. */
  delivery_trouble: z.string().nullable().default(null),
  last_reload: LastReload.nullable().default(null),
  rule_set: z.string(),
  rules: z.int(),
  bundle_applied_at: z.iso.datetime(),
  workers: z.array(
    z.strictObject({
      pid: z.int(),
      index: z.int(),
      state: z.enum(['starting', 'ready', 'draining']),
      rss_bytes: z.int(),
      restarts: z.int(),
      bundle: z.string(),
    }),
  ),
  upstreams: z.array(UpstreamState),
  split: z.array(
    z.strictObject({
      site: z.string(),
      requests: z.int(),
      attacks: z.int(),
      blocked: z.int(),
      time_detect: z.number(),
    }),
  ),
})
export type NodeStatus = z.infer<typeof NodeStatus>
