/** IP lists: who is let in or kept out whatever they ask for. Entries reach every node at once, without a commit. */
import { z } from '#base/schema.ts'

/** The first that fits wins: allow before deny before gray (gray counts only under `safe_blocking`). */
export const ListKind = z.enum(['allow', 'deny', 'gray'])
export type ListKind = z.infer<typeof ListKind>

export const ListEntry = z.strictObject({
  id: z.uuid(),
  kind: ListKind,
  network: z.string().describe('Address or network: 203.0.113.9, 203.0.113.0/24, 2001:db8::/32'),
  site: z.string().describe('Name of the site; empty: all sites'),
  reason: z.string(),
  /** `operator`, `file` (gatehouse apply) or `jail:NAME`. */
  origin: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  /** Null: never. */
  expires_at: z.iso.datetime().nullable(),
})
export type ListEntry = z.infer<typeof ListEntry>

/** What an operator says of a new entry. */
export const NewListEntry = z.strictObject({
  kind: ListKind,
  network: z.string().min(2).max(50),
  site: z.string().max(63).default(''),
  reason: z.string().max(500).default(''),
  /** Null: for ever. Left out: an hour. */
  ttl_s: z.int().min(1).max(315_360_000).nullable().default(3600),
})
export type NewListEntry = z.input<typeof NewListEntry>
