/** IP lists: entries come, are extended and end, each change under the next revision, so that nodes ask for what changed. */
import { type SelectQueryBuilder, sql } from 'kysely'
import { canonicalNetwork } from '#base/address.ts'
import type { ListEntry, ListKind } from '#model/ip-list.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { type Page, pageOf, placeOf } from './engine/cursor.ts'
import { names, recordset } from './engine/recordset.ts'
import { containing, hasNul, instant, isUuid } from './engine/text.ts'
import { within } from './engine/within.ts'
import { recordsFaults } from './faults.ts'
import { nextListsRevision } from './lists-revision.ts'
import type { Tables } from './tables.ts'

/** In force at the same time; nodes take a million. */
export const list_entries_max = 250_000

/** Changes that are told to nodes at once: short to sign and to read, and far below what a line may carry. */
const changes_max = 5_000
/** Of all that is in force, what is read at once: bans come in between. */
const page_entries_max = 2_000

/** The `ended_by` of an entry whose time was over. */
const by_expiry = 'expiry'

export type EndedEntry = ListEntry & {
  readonly ended_at: string | null
  readonly ended_by: string
}

const columns = {
  id: 'uuid',
  kind: 'text',
  network: 'text',
  site: 'text',
  reason: 'text',
  origin: 'text',
  created_by: 'text',
  created_at: 'timestamptz',
  expires_at: 'timestamptz',
} as const
const entryColumns = Object.keys(columns) as (keyof typeof columns)[]

/**
 * What is in force, by id, a page at a time: `after` and `next` are where the page before ended, and this one; undefined
 * where there is nothing before, or behind. A page may have fewer entries than fit, also none.
 */
export async function activeEntries(
  db: Database,
  now: string,
  after?: string,
): Promise<{ entries: ListEntry[]; next: string | undefined }> {
  let query = db.kysely.selectFrom('ip_list_entries').select([...entryColumns, 'ended_at'])
  if (after !== undefined) query = query.where('id', '>', after)
  // What is over is passed over here: asked for in SQL, and without fresh statistics, each page would read the whole table.
  const rows = await query.orderBy('id').limit(page_entries_max).execute()
  const entries = rows.flatMap(({ ended_at, ...entry }) => {
    const is_over = ended_at !== null || (entry.expires_at !== null && entry.expires_at <= now)
    return is_over ? [] : [entry]
  })
  return { entries, next: rows.length < page_entries_max ? undefined : rows.at(-1)?.id }
}

export type ListChanges = {
  readonly entries: readonly ListEntry[]
  /** Ids of entries that ended. */
  readonly removed: readonly string[]
  /** These are the changes up to this revision, and there are more; left out: these are all. */
  readonly up_to?: number
}

/**
 * What came and went after `revision`, or the first of it; `too_old` when that is partly forgotten, or when one revision
 * alone changed more than is told at once: then all that is in force has to be told.
 */
export async function changesSince(
  db: Database,
  revision: number,
): Promise<ListChanges | 'too_old'> {
  const floor = await db.kysely
    .selectFrom('ip_lists_floor')
    .select('revision')
    .executeTakeFirstOrThrow()
  if (revision < floor.revision) return 'too_old'
  const rows = await db.kysely
    .selectFrom('ip_list_entries')
    .select([...entryColumns, 'ended_at', 'revision'])
    .where('revision', '>', revision)
    .orderBy('revision')
    .limit(changes_max + 1)
    .execute()
  // Cut between two revisions, never inside one: whoever has it must have all of it.
  const beyond = rows[changes_max]?.revision
  const entries: ListEntry[] = []
  const removed: string[] = []
  for (const { ended_at, revision: at, ...entry } of rows) {
    if (at === beyond) break
    if (ended_at === null) entries.push(entry)
    else removed.push(entry.id)
  }
  if (beyond === undefined) return { entries, removed }
  return entries.length + removed.length === 0 ? 'too_old' : { entries, removed, up_to: beyond - 1 }
}

export type Added =
  | { readonly kind: 'added' | 'extended'; readonly entry: ListEntry }
  /** Somebody took it off the list of this jail a moment ago. */
  | { readonly kind: 'recently_removed' }

/**
 * Puts an entry on a list. The same network on the same list for the same site by the same origin is extended to the
 * later end instead. What was taken off the list of a jail by hand is not put there again before half of its time.
 * `entry.network` is as `listNetwork` writes it.
 * @throws records.lists_full, records.bad_value
 */
export async function addEntry(db: Database, entry: ListEntry): Promise<Added> {
  const added = await refusingBadValues(() =>
    within(db, async (trx): Promise<Added> => {
      await lockLists(trx)
      if (entry.origin.startsWith('jail:') && (await wasTakenOff(trx, entry))) {
        return { kind: 'recently_removed' }
      }
      const known = await trx
        .selectFrom('ip_list_entries')
        .select(entryColumns)
        .where('kind', '=', entry.kind)
        .where('network', '=', entry.network)
        .where('site', '=', entry.site)
        .where('origin', '=', entry.origin)
        .where('ended_at', 'is', null)
        .executeTakeFirst()
      if (!known) {
        await demandRoom(trx, 1)
        await insert(trx, [entry], await nextListsRevision(trx))
        return { kind: 'added', entry }
      }
      const expires_at = later(known.expires_at, entry.expires_at)
      const reason = entry.reason || known.reason
      const extended = { ...known, expires_at, reason }
      if (expires_at !== known.expires_at || reason !== known.reason) {
        const revision = await nextListsRevision(trx)
        await trx
          .updateTable('ip_list_entries')
          .set({ expires_at, reason, revision })
          .where('id', '=', known.id)
          .execute()
      }
      return { kind: 'extended', entry: extended }
    }),
  )
  await db.durable()
  return added
}

/** Ends an entry; undefined when none of this id is in force. */
export async function removeEntry(
  db: Database,
  id: string,
  end: { readonly by: string; readonly at: string },
): Promise<ListEntry | undefined> {
  if (!isUuid(id)) return undefined
  const removed = await within(db, async (trx) => {
    await lockLists(trx)
    const known = await inForce(
      trx.selectFrom('ip_list_entries').select(entryColumns).where('id', '=', id),
      end.at,
    ).executeTakeFirst()
    if (known) await endRows(trx, [known.id], end)
    return known
  })
  if (removed) await db.durable()
  return removed
}

/** Makes the entries with origin `file` exactly these; those that stay the same keep their ids. */
export async function replaceFileEntries(
  db: Database,
  entries: readonly ListEntry[],
  end: { readonly by: string; readonly at: string },
): Promise<{ added: number; removed: number }> {
  const keyOf = (entry: ListEntry) =>
    JSON.stringify([entry.kind, entry.network, entry.site, entry.reason, entry.expires_at])
  const done = await refusingBadValues(() =>
    within(db, async (trx) => {
      await lockLists(trx)
      const known = await trx
        .selectFrom('ip_list_entries')
        .select(entryColumns)
        .where('origin', '=', 'file')
        .where('ended_at', 'is', null)
        .execute()
      const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]))
      const gone = known.filter((entry) => !wanted.delete(keyOf(entry)))
      const fresh = [...wanted.values()]
      if (gone.length > 0) await endRows(trx, [...gone.map((entry) => entry.id)], end)
      if (fresh.length > 0) {
        await demandRoom(trx, fresh.length)
        await insert(trx, fresh, await nextListsRevision(trx))
      }
      return { added: fresh.length, removed: gone.length }
    }),
  )
  await db.durable()
  return done
}

/** Ends what is over, so that nodes forget it; how many. A bounded batch at a time. */
export async function endExpired(db: Database, now: string): Promise<number> {
  return within(db, async (trx) => {
    const rows = await trx
      .selectFrom('ip_list_entries')
      .select('id')
      .where('ended_at', 'is', null)
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(5_000)
      .execute()
    if (rows.length === 0) return 0
    await lockLists(trx)
    const ids = rows.map((row) => row.id)
    const revision = await nextListsRevision(trx)
    const result = await trx
      .updateTable('ip_list_entries')
      .set({ ended_at: sql`expires_at`, ended_by: by_expiry, revision })
      .where('id', 'in', ids)
      .where('ended_at', 'is', null)
      // It may have been extended meanwhile.
      .where('expires_at', '<=', now)
      .executeTakeFirst()
    return Number(result.numUpdatedRows)
  })
}

/** Forgets entries that ended before this time, and from then on which revisions they belonged to. */
export async function forgetEnded(db: Database, before: string): Promise<number> {
  return within(db, async (trx) => {
    const rows = await trx
      .selectFrom('ip_list_entries')
      .select(['id', 'revision'])
      .where('ended_at', '<', instant(before))
      .orderBy('ended_at')
      .limit(5_000)
      .execute()
    if (rows.length === 0) return 0
    const floor = rows.reduce((most, row) => Math.max(most, row.revision), 0)
    await sql`update ip_lists_floor set revision = greatest(revision, ${floor})`.execute(trx)
    const ids = rows.map((row) => row.id)
    await trx.deleteFrom('ip_list_entries').where('id', 'in', ids).execute()
    return rows.length
  })
}

export type EntryFilter = {
  readonly kind?: ListKind | undefined
  /** An address or network that the entries have something in common with, or text. */
  readonly q?: string | undefined
  /** Also what has ended. */
  readonly is_history: boolean
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Newest first. @throws records.bad_cursor */
export async function listEntries(
  db: Database,
  filter: EntryFilter,
  now: string,
): Promise<Page<EndedEntry>> {
  if (hasNul([filter.q])) return { items: [], next_cursor: null }
  let query = db.kysely
    .selectFrom('ip_list_entries')
    .select([...entryColumns, 'ended_at', 'ended_by'])
  if (!filter.is_history) query = inForce(query, now)
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.q !== undefined && filter.q !== '') query = query.where(matching(filter.q))
  if (filter.cursor !== undefined) {
    const { at, id } = placeOf(filter.cursor)
    query = query.where(sql<boolean>`(created_at, id) < (${at}::timestamptz, ${id}::uuid)`)
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  const items = rows.map((row) => {
    const { ended_at, expires_at } = row
    const is_over = ended_at === null && expires_at !== null && expires_at <= now
    return is_over ? { ...row, ended_at: expires_at, ended_by: by_expiry } : row
  })
  return pageOf(items, filter.limit, ({ created_at, id }) => ({ at: created_at, id }))
}

/** Which of these clients are inside an `allow` entry that is in force, whatever its site. */
export async function allowedClients(
  db: Database,
  clients: readonly string[],
  now: string,
): Promise<ReadonlySet<string>> {
  if (clients.length === 0) return new Set()
  const { rows } = await sql<{ client: string }>`
    select distinct r.client from ${recordset(
      clients.map((client) => ({ client })),
      { client: 'text' },
    )} join ip_list_entries e on e.span >>= r.client::inet
    where e.kind = 'allow' and e.ended_at is null
      and (e.expires_at is null or e.expires_at > ${now})
  `.execute(db.kysely)
  return new Set(rows.map((row) => row.client))
}

function matching(q: string) {
  const network = canonicalNetwork(q.trim())
  if (network !== undefined) return sql<boolean>`span && ${network}::inet`
  const pattern = containing(q)
  return sql<boolean>`concat_ws(' ', network, reason, origin, created_by) ilike ${pattern}`
}

function inForce<O>(query: SelectQueryBuilder<Tables, 'ip_list_entries', O>, now: string) {
  return query
    .where('ended_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
}

/** Writers stand in a line here until commit. */
async function lockLists(trx: Database['kysely']): Promise<void> {
  await sql`select last from lists_revision where id = 1 for update`.execute(trx)
}

async function demandRoom(trx: Database['kysely'], count: number): Promise<void> {
  const row = await trx
    .selectFrom('ip_list_entries')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (row.count + count > list_entries_max) {
    throw recordsFaults.lists_full({ entries_max: list_entries_max })
  }
}

async function insert(
  trx: Database['kysely'],
  entries: readonly ListEntry[],
  revision: number,
): Promise<void> {
  await sql`
    insert into ip_list_entries (${names(columns)}, span, ended_by, revision)
    select ${names(columns)}, network::inet, '', ${revision}::bigint from ${recordset(entries, columns)}
  `.execute(trx)
}

async function endRows(
  trx: Database['kysely'],
  ids: readonly string[],
  { by, at }: { readonly by: string; readonly at: string },
): Promise<void> {
  const revision = await nextListsRevision(trx)
  // As one value: a statement takes at most 65,535 of them.
  await sql`
    update ip_list_entries set ended_at = ${at}, ended_by = ${by}, revision = ${revision}
    where id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
  `.execute(trx)
}

/** Null is never, and later than anything. */
function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null
  return a > b ? a : b
}

async function wasTakenOff(trx: Database['kysely'], entry: ListEntry): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ip_list_entries
    where network = ${entry.network} and origin like 'jail:%' and site = ${entry.site}
      and ended_at is not null and ended_by <> ${by_expiry}
      and ${entry.created_at}::timestamptz < created_at + (expires_at - created_at) / 2
    limit 1`.execute(trx)
  return rows.length > 0
}
