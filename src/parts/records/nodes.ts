/** What each node last told of itself. */
import { sql } from 'kysely'
import type { NodeStatus } from '#model/node.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'

/** @throws records.unavailable, records.bad_value */
export async function saveNodeStatus(db: Database, status: NodeStatus): Promise<void> {
  const statement = sql`
    insert into nodes (node, seen_at, status) values (${status.node}, now(), ${JSON.stringify(status)}::jsonb)
    on conflict (node) do update set seen_at = excluded.seen_at, status = excluded.status
  `
  await refusingBadValues(() => statement.execute(db.kysely))
}

/** By name. `timestamp` in the status says how old it is. */
export async function listNodes(db: Database): Promise<NodeStatus[]> {
  const rows = await db.kysely.selectFrom('nodes').select('status').orderBy('node').execute()
  return rows.map((row) => row.status as NodeStatus)
}
