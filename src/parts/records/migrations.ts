/** The table of migrations, oldest first. A name that was released is never changed and never reused. */
import type { Migration } from 'kysely'
import { attacksMigration } from './migrations/0001_attacks.ts'
import { usersMigration } from './migrations/0002_users.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001_attacks': attacksMigration,
  '0002_users': usersMigration,
}
