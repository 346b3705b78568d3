/** Brings the tables up to date; all open migrations or none. */
import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely'
import { Fault, messageOf } from '#base/fault.ts'
import { recordsFaults } from './faults.ts'
import { migrations } from './migrations.ts'

/**
 * Several processes may call it at once: they go one after the other.
 * @throws records.not_migrated when the tables are of a newer release or a migration fails, records.unavailable
 */
export async function migrate(pool: PostgresPool): Promise<readonly string[]> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error instanceof Fault) throw error
  if (error !== undefined) {
    throw recordsFaults.not_migrated({ why: messageOf(error) }, { cause: error })
  }
  return (results ?? []).map((result) => result.migrationName)
}
