/** The table of migrations, oldest first. A name that was released is never changed and never reused. */
import type { Migration } from 'kysely'
import { attacksMigration } from './migrations/0001_attacks.ts'
import { usersMigration } from './migrations/0002_users.ts'
import { clusterMigration } from './migrations/0003_cluster.ts'
import { policyMigration } from './migrations/0004_policy.ts'
import { tokensMigration } from './migrations/0005_tokens.ts'
import { eventsMigration } from './migrations/0006_events.ts'
import { leasesMigration } from './migrations/0007_leases.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001_attacks': attacksMigration,
  '0002_users': usersMigration,
  '0003_cluster': clusterMigration,
  '0004_policy': policyMigration,
  '0005_tokens': tokensMigration,
  '0006_events': eventsMigration,
  '0007_leases': leasesMigration,
}
