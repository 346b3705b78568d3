/** A site as the console shows it: what is set, and how it is now. */
import { z } from '#base/schema.ts'
import { UpstreamState } from './node.ts'
import { Mode } from './site.ts'

export const SiteView = z.strictObject({
  name: z.string(),
  hosts: z.array(z.string()),
  path: z.string(),
  mode: Mode,
  on_fault: z.enum(['pass', 'refuse']),
  block_status: z.int(),
  inspect_responses: z.boolean(),
  upstreams: z.array(UpstreamState),
  /** In the last hour. */
  requests: z.int(),
  attacks: z.int(),
  blocked: z.int(),
  rule_set: z.string(),
})
export type SiteView = z.infer<typeof SiteView>
