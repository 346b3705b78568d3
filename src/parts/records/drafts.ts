/** Drafts: policies that somebody is working on. Whoever writes names the version that was read. */
import type { Database } from './database.ts'
import { isUuid } from './engine/text.ts'
import { within } from './engine/within.ts'

export type DraftRow = {
  readonly id: string
  readonly name: string
  readonly owner: string
  /** 0: made before the first commit. */
  readonly base_revision: number
  readonly created_at: string
  readonly updated_at: string
  /** Grows by one with every write. */
  readonly version: number
}

export type StoredDraft = DraftRow & { readonly document: Record<string, unknown> }

const columns = [
  'id',
  'name',
  'owner',
  'base_revision',
  'created_at',
  'updated_at',
  'version',
] as const

/** False when the owner has `owner_max` drafts already. */
export async function insertDraft(
  db: Database,
  draft: Omit<StoredDraft, 'version' | 'updated_at'>,
  owner_max: number,
): Promise<boolean> {
  const is_stored = await within(db, async (trx) => {
    const { count } = await trx
      .selectFrom('drafts')
      .select((of) => of.fn.countAll<number>().as('count'))
      .where('owner', '=', draft.owner)
      .executeTakeFirstOrThrow()
    if (count >= owner_max) return false
    await trx
      .insertInto('drafts')
      .values({
        ...draft,
        updated_at: draft.created_at,
        version: 1,
        document: JSON.stringify(draft.document),
      })
      .execute()
    return true
  })
  if (is_stored) await db.durable()
  return is_stored
}

/** Newest change first. */
export function listDrafts(db: Database): Promise<DraftRow[]> {
  return db.kysely
    .selectFrom('drafts')
    .select(columns)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(1_000)
    .execute()
}

export async function getDraft(db: Database, id: string): Promise<StoredDraft | undefined> {
  if (!isUuid(id)) return undefined
  const row = await db.kysely
    .selectFrom('drafts')
    .select([...columns, 'document'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...row, document: JSON.parse(row.document) as Record<string, unknown> }
}

export type DraftChange = {
  readonly name: string
  readonly document: Record<string, unknown>
  readonly base_revision: number
  readonly at: string
}

/** The draft as it is then; undefined when it is not at `version` any more (or gone), and nothing was written. */
export async function writeDraft(
  db: Database,
  id: string,
  version: number,
  change: DraftChange,
): Promise<DraftRow | undefined> {
  const { name, document, base_revision, at } = change
  const row = await db.kysely
    .updateTable('drafts')
    .set({
      name,
      document: JSON.stringify(document),
      base_revision,
      updated_at: at,
      version: version + 1,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(columns)
    .executeTakeFirst()
  if (row) await db.durable()
  return row
}

/** With `version`: only when it was not written since. */
export async function deleteDraft(db: Database, id: string, version?: number): Promise<void> {
  const one = db.kysely.deleteFrom('drafts').where('id', '=', id)
  await (version === undefined ? one : one.where('version', '=', version)).execute()
  await db.durable()
}
