/** A transaction, or the one that the caller is in already. */
import type { Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

export function within<T>(
  db: Database,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.kysely.isTransaction
    ? work(db.kysely as Transaction<Tables>)
    : db.kysely.transaction().execute(work)
}
