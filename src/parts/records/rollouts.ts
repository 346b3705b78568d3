/** How each commit reached the nodes: the notifier's plan as it was before it acted on it. */
import { sql } from 'kysely'
import type { RolloutView } from '#model/draft.ts'
import type { Database } from './database.ts'

export type RolloutState = RolloutView['state']

export type StoredRollout<Plan> = {
  readonly revision: number
  /** Content of the bundle: an earlier commit of the same policy has the same. */
  readonly content: string
  readonly state: RolloutState
  /** What the notifier needs to go on where it was. */
  readonly plan: Plan
}

/** So many, the newest, are kept. */
const kept = 1_000

export async function saveRollout<Plan>(db: Database, rollout: StoredRollout<Plan>): Promise<void> {
  const { revision, content, state } = rollout
  const plan = JSON.stringify(rollout.plan)
  await db.kysely
    .insertInto('rollouts')
    .values({ revision, content, state, plan })
    .onConflict((conflict) => conflict.column('revision').doUpdateSet({ content, state, plan }))
    .execute()
}

export async function forgetRollouts(db: Database): Promise<void> {
  await db.kysely
    .deleteFrom('rollouts')
    .where('revision', '<=', (where) =>
      where
        .selectFrom('rollouts')
        .select('revision')
        .orderBy('revision', 'desc')
        .offset(kept)
        .limit(1),
    )
    .execute()
}

export async function getRollout<Plan>(
  db: Database,
  revision: number,
): Promise<StoredRollout<Plan> | undefined> {
  const rows = db.kysely.selectFrom('rollouts').selectAll().where('revision', '=', revision)
  return (await rows.executeTakeFirst()) as StoredRollout<Plan> | undefined
}

/** How the roll-outs of these commits ended; one that never began is not in the answer. */
export async function rolloutStates(
  db: Database,
  revisions: readonly number[],
): Promise<Map<number, RolloutState>> {
  if (revisions.length === 0) return new Map()
  const rows = await db.kysely
    .selectFrom('rollouts')
    .select(['revision', 'state'])
    .where('revision', 'in', [...revisions])
    .execute()
  return new Map(rows.map((row) => [row.revision, row.state]))
}

/** The newest before `revision` that reached everybody (with this content, if given); undefined when none did. */
export async function lastDone(
  db: Database,
  before: { readonly revision: number; readonly content?: string },
): Promise<{ readonly revision: number; readonly content: string } | undefined> {
  let rows = db.kysely
    .selectFrom('rollouts')
    .select(['revision', 'content'])
    .where('revision', '<', before.revision)
    .where('state', '=', 'done')
  if (before.content !== undefined) rows = rows.where('content', '=', before.content)
  return rows.orderBy('revision', 'desc').limit(1).executeTakeFirst()
}

/** The newest of the commits before `revision`. */
export async function rolloutBefore<Plan>(
  db: Database,
  revision: number,
): Promise<StoredRollout<Plan> | undefined> {
  const rows = db.kysely.selectFrom('rollouts').selectAll().where('revision', '<', revision)
  const row = await rows.orderBy('revision', 'desc').limit(1).executeTakeFirst()
  return row as StoredRollout<Plan> | undefined
}

/** Earlier roll-outs that still run: somebody committed since. */
export async function supersedeRollouts(db: Database, revision: number): Promise<void> {
  await sql`
    update rollouts set state = 'superseded', plan = jsonb_set(plan, '{state}', '"superseded"')
    where revision < ${revision} and state = 'running'`.execute(db.kysely)
}
