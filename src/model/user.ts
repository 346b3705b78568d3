/** Who uses the console and the API. */
import { z } from '#base/schema.ts'

export const Role = z.enum(['administrator', 'analyst', 'viewer'])
export type Role = z.infer<typeof Role>

export const SessionInfo = z.strictObject({
  username: z.string(),
  role: Role,
  /** Sent back in the header `x-csrf-token` with every call that changes something. */
  csrf_token: z.string(),
  must_change_password: z.boolean(),
  expires_at: z.iso.datetime(),
})
export type SessionInfo = z.infer<typeof SessionInfo>
