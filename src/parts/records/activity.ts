/** ★ The activity log: who changed what, each entry chained to the one before, so that none is edited or lost unseen. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Activity, ActivityCheck } from '#model/activity.ts'
import { canonicalJson } from '#parts/bundle/canonical.ts'
import type { Database } from './database.ts'
import { numberOf } from './engine/number-cursor.ts'
import { containing, hasNul } from './engine/text.ts'

export type NewActivity = Omit<Activity, 'number' | 'hash'>

/** Entries read at a time when the chain is verified. */
const page_size = 1_000
/** Longest details in JSON: what is longer is left out, and told. */
const details_bytes_max = 16 * 1024
const text_max = 500

/** Writes one entry; lasting when it resolves. Throws `records.unavailable`. */
export async function appendActivity(db: Database, entry: NewActivity): Promise<Activity> {
  const written = await db.kysely.transaction().execute((trx) => write(trx, entry))
  await db.durable()
  return written
}

/**
 * A change and its entry: both or neither. `change` uses only the database that it is given, and what it throws undoes
 * everything. Without an entry nothing is noted, for changes that found nothing to do. Lasting when it resolves.
 */
export async function withActivity<T>(
  db: Database,
  change: (db: Database) => Promise<T>,
  entryOf: (result: T) => NewActivity | undefined,
): Promise<T> {
  const result = await db.kysely.transaction().execute(async (trx) => {
    // Forced to disk once, after the commit: before it there is nothing to force.
    const inner: Database = { ...db, kysely: trx, durable: () => Promise.resolve() }
    const changed = await change(inner)
    // Last of all: whoever has the head waits for nobody, so that no two writers wait for each other.
    const entry = entryOf(changed)
    if (entry) await write(trx, entry)
    return changed
  })
  await db.durable()
  return result
}

async function write(kysely: Database['kysely'], entry: NewActivity): Promise<Activity> {
  const head = await kysely
    .selectFrom('activity_head')
    .select(['number', 'hash'])
    .where('id', '=', 1)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const next = { ...storable(entry), number: head.number + 1 }
  const written: Activity = { ...next, hash: hashOf(head.hash, next) }
  await kysely
    .insertInto('activity')
    .values({ ...written, details: JSON.stringify(written.details) })
    .execute()
  await kysely
    .updateTable('activity_head')
    .set({ number: written.number, hash: written.hash })
    .where('id', '=', 1)
    .execute()
  return written
}

/** SHA-256 over the hash before (empty for the first) and the entry without its own. */
function hashOf(before: string, entry: Omit<Activity, 'hash'>): string {
  return createHash('sha256').update(before).update(canonicalJson(entry)).digest('hex')
}

/** As it will be read again: what a column cannot hold is replaced before it is hashed. */
function storable(entry: NewActivity): NewActivity {
  const text = (value: string) => plain(value).slice(0, text_max).toWellFormed()
  const json = JSON.stringify(entry.details)
  const size_bytes = Buffer.byteLength(json)
  const details =
    size_bytes > details_bytes_max ? { is_left_out: true, size_bytes } : clean(JSON.parse(json))
  return {
    at: new Date(Date.parse(entry.at)).toISOString(),
    who: text(entry.who),
    client: text(entry.client),
    action: text(entry.action),
    subject: text(entry.subject),
    details: details as Record<string, unknown>,
  }
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [plain(key), clean(one)]))
}

/** PostgreSQL keeps neither NUL nor half a character. */
function plain(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

export type ActivityQuery = {
  readonly cursor?: string | undefined
  readonly limit: number
  /** Text in any field. */
  readonly q?: string | undefined
}

/** Newest first. Throws `records.bad_cursor`. */
export async function listActivity(
  db: Database,
  { cursor, limit, q }: ActivityQuery,
): Promise<{ items: Activity[]; next_cursor: string | null }> {
  if (hasNul([q])) return { items: [], next_cursor: null }
  let query = db.kysely.selectFrom('activity').selectAll().orderBy('number', 'desc')
  if (cursor !== undefined) query = query.where('number', '<', numberOf(cursor))
  if (q !== undefined) {
    const pattern = containing(q)
    query = query.where(
      sql<boolean>`concat_ws(' ', who, client, action, subject, details::text) ilike ${pattern}`,
    )
  }
  const rows = await query.limit(limit + 1).execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next_cursor: rows.length > limit && last ? String(last.number) : null }
}

/** Recomputes the chain from its beginning. `known_head`: a hash noted earlier, which must be part of it. */
export async function verifyActivity(
  db: Database,
  known_head?: string,
  signal?: AbortSignal,
): Promise<ActivityCheck> {
  let [entries, head, is_head_found] = [0, '', known_head === undefined]
  const broken = (broken_at: number | null, reason: string): ActivityCheck => ({
    is_intact: false,
    entries,
    head,
    broken_at,
    reason,
  })
  for (let page = await after(db, 0); page.length > 0; page = await after(db, entries)) {
    if (signal?.aborted) return broken(null, 'it was not read to its end')
    for (const { hash, ...entry } of page) {
      if (entry.number !== entries + 1)
        return broken(entries + 1, `entry ${entries + 1} is missing`)
      if (hash !== hashOf(head, entry)) {
        return broken(entry.number, `entry ${entry.number} is not what was written`)
      }
      entries = entry.number
      head = hash
      is_head_found ||= hash === known_head
    }
  }
  const stored = await db.kysely.selectFrom('activity_head').selectAll().executeTakeFirst()
  // An entry that was written since the last page is no loss.
  if (!stored || stored.number < entries || (stored.number === entries && stored.hash !== head)) {
    return broken(null, 'the head does not fit the newest entry')
  }
  if (stored.number > entries && (await after(db, entries)).length === 0) {
    return broken(entries + 1, `entries after ${entries} are missing`)
  }
  if (!is_head_found) return broken(null, 'the hash that was noted is not part of the chain')
  return { is_intact: true, entries, head, broken_at: null, reason: '' }
}

function after(db: Database, number: number): Promise<Activity[]> {
  return db.kysely
    .selectFrom('activity')
    .selectAll()
    .where('number', '>', number)
    .orderBy('number')
    .limit(page_size)
    .execute()
}
