/** How far each export has told what is in the database, and which analytics service tells it now. */
import { sql } from 'kysely'
import type { Database } from './database.ts'

export type ExportPlaces = {
  /** Number of the last system event. */
  readonly events: number
  /** Change of the last attack. */
  readonly attacks: number
}

/** Whoever does not take it anew within this leaves it to others. By the clock of the database: there is one. */
export const export_lease_ms = 60_000

const end = sql`now() + ${export_lease_ms} * interval '1 millisecond'`

/**
 * Takes an export, or goes on having it, for the length of the lease: resolves with where it stands, undefined while
 * another holder has it. A new one stands at `beginning`.
 */
export async function holdExport(
  db: Database,
  target: string,
  holder: string,
  beginning: ExportPlaces,
): Promise<ExportPlaces | undefined> {
  const { rows } = await sql<ExportPlaces>`
    insert into export_cursors as c (target, events, attacks, holder, held_until)
    values (${target}, ${beginning.events}, ${beginning.attacks}, ${holder}, ${end})
    on conflict (target) do update set holder = excluded.holder, held_until = excluded.held_until
    where c.holder = excluded.holder or c.held_until <= now()
    returning c.events, c.attacks
  `.execute(db.kysely)
  return rows[0]
}

/** Notes how far it came, and holds on; false when another holder has it by now. */
export async function saveExportPlaces(
  db: Database,
  target: string,
  holder: string,
  { events, attacks }: ExportPlaces,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update export_cursors set events = ${events}, attacks = ${attacks}, held_until = ${end}
    where target = ${target} and holder = ${holder}
  `.execute(db.kysely)
  return numAffectedRows === 1n
}

/** Another may go on at once. */
export async function releaseExports(db: Database, holder: string): Promise<void> {
  await sql`update export_cursors set held_until = now() where holder = ${holder}`.execute(
    db.kysely,
  )
}

/**
 * Forgets what this holder told before and tells no more, and what nobody told for 30 days: who comes back after a while
 * must not be told of all that happened meanwhile. What others tell is theirs.
 */
export async function forgetExports(
  db: Database,
  targets: readonly string[],
  holder: string,
): Promise<void> {
  let query = db.kysely
    .deleteFrom('export_cursors')
    .where(sql<boolean>`(holder in (${holder}, '') or held_until < now() - interval '30 days')`)
  if (targets.length > 0) query = query.where('target', 'not in', [...targets])
  await query.execute()
}
