/** Who tells each export now: of several analytics services on one database it must be one. */
import { type Migration, sql } from 'kysely'

const statements = [
  `alter table export_cursors add column holder text not null default ''`,
  'alter table export_cursors add column held_until timestamptz not null default now()',
]

export const leasesMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
