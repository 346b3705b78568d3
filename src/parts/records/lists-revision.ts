/** The one counter of the live lists: grows with every entry that comes or goes, and with every revocation. */
import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import { within } from './engine/within.ts'
import type { Tables } from './tables.ts'

/** Takes the next number; inside the transaction that changes the lists, whose other writers then wait. */
export async function nextListsRevision(trx: Kysely<Tables>): Promise<number> {
  const row = await trx
    .updateTable('lists_revision')
    .set((column) => ({ last: column('last', '+', 1) }))
    .returning('last')
    .executeTakeFirstOrThrow()
  return row.last
}

export async function listsRevision(db: Database): Promise<number> {
  const row = await db.kysely.selectFrom('lists_revision').select('last').executeTakeFirstOrThrow()
  return row.last
}

/**
 * So far above ours a node's word on its lists is taken: what lies between was lost with a database that came back from an
 * old copy. Every ban is a revision; without a limit one stolen node could use up all there are.
 */
export const lists_lost_max = 1_000_000

/**
 * A node has `seen` a revision that this database never made: from now on ours are above it, and whoever has an older one
 * is told everything. The new revision.
 */
export async function raiseListsRevision(db: Database, seen: number): Promise<number> {
  const revision = await within(db, async (trx) => {
    const { last } = await trx
      .updateTable('lists_revision')
      .set({ last: sql<number>`greatest(last, ${seen}::bigint) + 1` })
      .returning('last')
      .executeTakeFirstOrThrow()
    await sql`update ip_lists_floor set revision = ${last}::bigint`.execute(trx)
    return last
  })
  await db.durable()
  return revision
}
