/** How far each export has told what is in the database. */
import type { Database } from './database.ts'

export type ExportPlaces = {
  /** Number of the last system event. */
  readonly events: number
  /** Change of the last attack. */
  readonly attacks: number
}

export async function exportPlaces(
  db: Database,
  target: string,
): Promise<ExportPlaces | undefined> {
  return await db.kysely
    .selectFrom('export_cursors')
    .select(['events', 'attacks'])
    .where('target', '=', target)
    .executeTakeFirst()
}

export async function saveExportPlaces(
  db: Database,
  target: string,
  places: ExportPlaces,
): Promise<void> {
  await db.kysely
    .insertInto('export_cursors')
    .values({ target, ...places })
    .onConflict((conflict) => conflict.column('target').doUpdateSet(places))
    .execute()
}

/** Who comes back after a while must not be told of all that happened meanwhile. */
export async function forgetExports(db: Database, others: readonly string[]): Promise<void> {
  let query = db.kysely.deleteFrom('export_cursors')
  if (others.length > 0) query = query.where('target', 'not in', [...others])
  await query.execute()
}
