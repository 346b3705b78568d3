/** Invitations: a single-use token that brings one node into the cluster. */
import { z } from '#base/schema.ts'
import { NodeRole } from './node-role.ts'

export const NewInvite = z.strictObject({
  roles: z.array(NodeRole).min(1).default(['edge']),
  group: z.string().max(63).default(''),
  ttl_s: z.int().min(60).max(604_800).default(900),
})

export const InviteView = z.strictObject({
  id: z.uuid(),
  roles: z.array(NodeRole),
  group: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  state: z.enum(['open', 'used', 'expired', 'withdrawn']),
  /** Name of the node that used it; `` before. */
  node: z.string(),
})
export type InviteView = z.infer<typeof InviteView>

export const Invite = InviteView.extend({
  /** Told only now. */
  token: z.string(),
  /** `sha256:…` of the cluster CA's public key (SPKI, DER). */
  pin: z.string(),
  /** What to type on the new machine. */
  command: z.string(),
})
export type Invite = z.infer<typeof Invite>
