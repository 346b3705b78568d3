/** Ways to let a wrongly blocked request through, the narrowest first. */
import { z } from '#base/schema.ts'
import { Exception } from './exception.ts'

export const Fix = z.strictObject({
  /** 1, 2, 3 … as `gatehouse fix ID --apply N` names them. */
  number: z.int(),
  /** `Rule 942100 does not look at ARGS:content on /wp-admin/post.php of shop` */
  sentence: z.string(),
  exceptions: z.array(Exception),
  /** Whether the request itself passes with it. */
  helps: z.boolean(),
  /** Recorded requests of the same kind that it lets through, and of how many clients. */
  unblocks_requests: z.int(),
  unblocks_clients: z.int(),
  /**
   * Of them, requests that meet other rules than the one that is fixed (today, or one paranoia level stricter), or whose
   * clients tried many kinds of attacks: what it costs.
   */
  unblocks_attacks: z.int(),
})
export type Fix = z.infer<typeof Fix>

export const FixList = z.strictObject({
  request_id: z.string(),
  hit_id: z.string(),
  site: z.string(),
  replayed: z.int().describe('Recorded requests that each fix was tried on'),
  /** Names these fixes in this order: whoever applies one says which list was read. */
  digest: z.string(),
  fixes: z.array(Fix),
})
export type FixList = z.infer<typeof FixList>
