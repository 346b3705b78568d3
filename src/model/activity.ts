/** Who changed what: entries of the activity log, chained by hashes so that none can be edited or taken out unseen. */
import { z } from '#base/schema.ts'

export const Activity = z.strictObject({
  /** 1, 2, 3 … without gaps. */
  number: z.int(),
  at: z.iso.datetime(),
  /** User name, `token:NAME of OWNER`, `local` or `gatehouse` itself. */
  who: z.string(),
  /** Address, `local` for the socket. */
  client: z.string(),
  /** The call's id or what Gatehouse did: `policy.commit`, `users.create`, `rollout.rolled_back`. */
  action: z.string(),
  /** What it was done to: `revision 12`, `node edge-2`. */
  subject: z.string(),
  /** What changed, before and after; never a secret. */
  details: z.record(z.string(), z.unknown()),
  /** SHA-256, hexadecimal, over the hash before and this entry in canonical JSON. */
  hash: z.string(),
})
export type Activity = z.infer<typeof Activity>

export const ActivityCheck = z.strictObject({
  is_intact: z.boolean(),
  entries: z.int(),
  /** The newest hash: note it elsewhere, and nobody can rewrite what was before. */
  head: z.string(),
  /** The first entry that does not fit; null when all do. */
  broken_at: z.int().nullable(),
  reason: z.string(),
})
export type ActivityCheck = z.infer<typeof ActivityCheck>
