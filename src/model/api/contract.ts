/** What a contract is: one API call, its shapes and who may make it. */
import { z } from '#base/schema.ts'
import type { Role } from '../user.ts'

/** `public`: nobody needs to be known; `session`: any user who is; a role: that role or a higher one (viewer, analyst, administrator). */
export type Access = 'public' | 'session' | Exclude<Role, 'deploy'>

export type Contract = {
  readonly id: string
  readonly summary: string
  readonly access: Access
  /** Roles that stand beside the ladder and may too. */
  readonly also?: readonly Role[]
  /** The call must carry If-Match with the state that the caller read (RFC 9110, section 13.1.1); without it 428. */
  readonly needs_etag?: true
  /** Of path parameters that are not UUIDs. */
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Largest body; 64 KiB when left out. */
  readonly body_bytes_max?: number
  /** Of a 200 answer in JSON; without it the answer is 204, or `media` says what it is. */
  readonly response?: z.ZodType
  /** Media types of an answer that is not JSON (event stream, CSV). */
  readonly media?: readonly string[]
}

/** Keys are `METHOD /path/{parameter}`: the client needs nothing else at run time. */
export type Contracts = Readonly<
  Record<`${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`, Contract>
>

/** Query parameters of a list that is read page by page. */
export const pageQuery = {
  cursor: z.string().max(200).optional().describe('`next_cursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

/** One page of a list; `next_cursor` is null on the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() })
}

/** A span of time: either `range` back from now, or `from` and `to`. */
export const timeQuery = {
  range: z
    .string()
    .regex(/^\d+(m|h|d)$/, 'expected a span such as 15m, 1h, 24h or 7d')
    .optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
}
