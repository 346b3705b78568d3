/** The one counter of the live lists: grows with every entry that comes or goes, and with every revocation. */
import type { Kysely } from 'kysely'
import type { Database } from './database.ts'
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
