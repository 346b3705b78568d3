/** What a node does for the cluster. */
import { z } from '#base/schema.ts'

/** edge: takes requests. analytics: takes records (3313). policy: API, console, commits. */
export const NodeRole = z.enum(['edge', 'analytics', 'policy'])
export type NodeRole = z.infer<typeof NodeRole>
