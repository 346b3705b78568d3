/** Who uses the console and the API. */
import { z } from '#base/schema.ts'

/**
 * viewer: reads. analyst: also drafts, replays, IP lists, marks. administrator: everything. deploy: brings nodes in,
 * nothing else; for tokens of installers.
 */
export const Role = z.enum(['administrator', 'analyst', 'viewer', 'deploy'])
export type Role = z.infer<typeof Role>

export const SessionInfo = z.strictObject({
  username: z.string(),
  role: Role,
  /** Sent back in the header `x-csrf-token` with every call that changes something; `` for tokens. */
  csrf_token: z.string(),
  must_change_password: z.boolean(),
  has_totp: z.boolean(),
  expires_at: z.iso.datetime(),
})
export type SessionInfo = z.infer<typeof SessionInfo>

export const UserView = z.strictObject({
  username: z.string(),
  role: Role,
  has_totp: z.boolean(),
  must_change_password: z.boolean(),
  created_at: z.iso.datetime(),
  last_login_at: z.iso.datetime().nullable(),
})
export type UserView = z.infer<typeof UserView>

export const TokenView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(['personal', 'deploy']),
  role: Role,
  owner: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable(),
})
export type TokenView = z.infer<typeof TokenView>
