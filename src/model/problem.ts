/** How every API error looks: RFC 9457 problem details with our stable code. */
import { z } from '#base/schema.ts'

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  /** Stable across releases: `policy.not_found`. */
  code: z.string(),
  /** One for each part of the input that does not fit. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>
