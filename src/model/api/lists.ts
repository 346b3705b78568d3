/** IP lists and bans. */
import { z } from '#base/schema.ts'
import { ListEntry, ListKind, NewListEntry } from '../ip-list.ts'
import { type Contracts, pageOf, pageQuery } from './contract.ts'

export const listsApi = {
  'GET /api/v1/lists': {
    id: 'lists.list',
    summary: 'Entries in force, newest first; `is_history` for those that ended too',
    access: 'viewer',
    query: z.strictObject({
      ...pageQuery,
      kind: ListKind.optional(),
      q: z
        .string()
        .max(100)
        .optional()
        .describe('Address inside the network, or text in reason and origin'),
      is_history: z.stringbool().default(false),
    }),
    response: pageOf(
      ListEntry.extend({
        ended_at: z.iso.datetime().nullable(),
        ended_by: z.string(),
      }),
    ),
  },
  'POST /api/v1/lists': {
    id: 'lists.add',
    summary: 'Put an address or network on a list; enforced on every node at once',
    access: 'analyst',
    body: NewListEntry,
    response: ListEntry,
  },
  'PUT /api/v1/lists': {
    id: 'lists.replace',
    summary:
      'Make the entries with origin `file` exactly these; what jails and operators made stays',
    access: 'administrator',
    body: z.strictObject({
      entries: z
        .array(
          z.strictObject({
            kind: ListKind,
            network: z.string().min(2).max(50),
            site: z.string().max(63).default(''),
            reason: z.string().max(500).default(''),
            expires_at: z.iso.datetime().nullable().default(null),
          }),
        )
        .max(100_000),
    }),
    // 100,000 entries with a reason each.
    body_bytes_max: 32 * 1024 ** 2,
    response: z.strictObject({ added: z.int(), removed: z.int() }),
  },
  'DELETE /api/v1/lists/{id}': {
    id: 'lists.remove',
    summary: 'Take an entry off its list; on every node at once',
    access: 'analyst',
  },
} as const satisfies Contracts
