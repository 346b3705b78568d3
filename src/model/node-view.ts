/** A node as everyone sees it: who it is, and the status fields that operators of such clusters know. */
import { z } from '#base/schema.ts'
import { NodeRole } from './node-role.ts'

/** in_sync: enforces the newest commit. behind: an older one. refused: it would not take it. none: nothing yet. */
export const SyncStatus = z.enum(['in_sync', 'behind', 'refused', 'none'])
export type SyncStatus = z.infer<typeof SyncStatus>

/** inactive: not heard of for two minutes. revoked: cut off for good. */
export const ConnectionStatus = z.enum(['connected', 'disconnected', 'inactive', 'revoked'])
export type ConnectionStatus = z.infer<typeof ConnectionStatus>

export const CommittingStatus = z.enum(['preparing_to_commit', 'committing_changes', 'stable'])
export type CommittingStatus = z.infer<typeof CommittingStatus>

export const NodeView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  group: z.string(),
  roles: z.array(NodeRole),
  address: z.string(),
  version: z.string(),
  protocol: z.int(),
  sync_status: SyncStatus,
  connection_status: ConnectionStatus,
  committing_status: CommittingStatus,
  /** Of the policy servers' database; `none` where there is nothing to replicate. */
  replication_status: z.enum(['none']),
  last_connection_at: z.iso.datetime().nullable(),
  joined_at: z.iso.datetime(),
  certificate_expires_at: z.iso.datetime(),
  /** `12-3fa9c2d1`; `` before the first. */
  bundle: z.string(),
  revision: z.int(),
  /** How long the node took for its newest bundle, from the offer to enforcement; null before the first. */
  took_ms: z.number().nullable(),
  /** Why it would not take the newest bundle; null when it did. */
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  lists_revision: z.int(),
  /** Its clock minus ours, as far as the network tells. */
  clock_skew_ms: z.int(),
  requests_per_s: z.number(),
  blocked_per_s: z.number(),
})
export type NodeView = z.infer<typeof NodeView>
