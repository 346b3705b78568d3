/** Requests kept for replay: samples of what passed, beside the requests that hits keep anyway. */
import { sql } from 'kysely'
import type { Hit } from '#model/hit.ts'
import type { RecordedRequest } from '#model/replay.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { cursorOf, type Page, type Place, placeOf } from './engine/cursor.ts'
import { names, recordset } from './engine/recordset.ts'
import { hasNul, instant, isUuid } from './engine/text.ts'

const columns = {
  id: 'uuid',
  at: 'timestamptz',
  site: 'text',
  client: 'text',
  action: 'text',
  size_bytes: 'bigint',
  record: 'text',
}

/** Idempotent by id. @throws records.unavailable, records.bad_value */
export async function insertRecorded(
  db: Database,
  requests: readonly RecordedRequest[],
): Promise<number> {
  if (requests.length === 0) return 0
  const rows = requests.map((recorded) => {
    const record = JSON.stringify(recorded)
    const { id, at, site, client, action } = recorded
    return { id, at: instant(at), site, client, action, size_bytes: record.length, record }
  })
  const unique = [...new Map(rows.map((row) => [row.id.toLowerCase(), row])).values()]
  const result = await refusingBadValues(() =>
    sql`
      insert into recorded_requests (${names(columns)})
      select ${names(columns)} from ${recordset(unique, columns)}
      on conflict (id) do nothing
    `.execute(db.kysely),
  )
  return Number(result.numAffectedRows ?? 0)
}

export type RecordedFilter = {
  /** Not older than this. */
  readonly from?: string | undefined
  readonly site?: string | undefined
  /** Where the page before ended. */
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Samples, newest first. @throws records.bad_cursor */
export async function listRecorded(
  db: Database,
  filter: RecordedFilter,
): Promise<Page<RecordedRequest>> {
  if (hasNul([filter.site])) return { items: [], next_cursor: null }
  let query = db.kysely.selectFrom('recorded_requests').select(['id', 'at', 'record'])
  if (filter.from !== undefined) query = query.where('at', '>=', instant(filter.from))
  if (filter.site !== undefined) query = query.where('site', '=', filter.site)
  if (filter.cursor !== undefined) query = query.where(isBefore(placeOf(filter.cursor)))
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return page(rows, filter.limit, (row) => JSON.parse(row.record) as RecordedRequest)
}

/** One sample. */
export async function getRecorded(db: Database, id: string): Promise<RecordedRequest | undefined> {
  if (!isUuid(id)) return undefined
  const row = await db.kysely
    .selectFrom('recorded_requests')
    .select('record')
    .where('id', '=', id)
    .executeTakeFirst()
  return row && (JSON.parse(row.record) as RecordedRequest)
}

export type AttackedFilter = RecordedFilter & {
  /** Only requests with a hit on this parameter or by one of these rules. */
  readonly like?: { readonly parameters: readonly string[]; readonly rule_ids: readonly number[] }
}

/** Hits that are compared with what is asked for; under a flood the newest. */
const looked_at_max = 20_000

/** Requests that the rules found something in, as hits keep them, newest first; one with several hits comes several times. @throws records.bad_cursor */
export async function listAttacked(
  db: Database,
  filter: AttackedFilter,
): Promise<Page<RecordedRequest>> {
  if (hasNul([filter.site])) return { items: [], next_cursor: null }
  let query = db.kysely
    .selectFrom('hits')
    .select(['id', 'request_id', 'at', 'node', 'site', 'target', 'client', 'action', 'request'])
    // Turned down by a list, a limit or its shape: no rule ever had a say in it.
    .where('action', '<>', 'refused')
    .where('attack_type', 'not in', ['ip_list', 'rate_limit'])
  if (filter.from !== undefined) query = query.where('at', '>=', instant(filter.from))
  if (filter.site !== undefined) query = query.where('site', '=', filter.site)
  if (filter.cursor !== undefined) query = query.where(isBefore(placeOf(filter.cursor)))
  if (filter.like) {
    const nearest = db.kysely
      .selectFrom('hits as near')
      .select('near.id')
      .where('near.at', '>=', instant(filter.from ?? '1970-01-01T00:00:00.000Z'))
      .orderBy('near.at', 'desc')
      .orderBy('near.id', 'desc')
      .limit(looked_at_max)
    query = query.where('id', 'in', nearest).where(isLike(filter.like))
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return page(rows, filter.limit, (row) => ({
    id: row.request_id,
    at: row.at,
    node: row.node,
    site: row.site,
    host: row.target.split('/')[0] ?? '',
    client: row.client,
    action: row.action,
    request: row.request as Hit['request'],
  }))
}

/** Of these clients, those whose hits since `from` are of at least `types_min` different attack types. */
export async function manySidedClients(
  db: Database,
  clients: readonly string[],
  from: string,
  types_min: number,
): Promise<ReadonlySet<string>> {
  if (clients.length === 0) return new Set()
  const rows = await db.kysely
    .selectFrom('hits')
    .select('client')
    .where('client', 'in', [...clients])
    .where('at', '>=', instant(from))
    .groupBy('client')
    .having(sql<boolean>`count(distinct attack_type) >= ${types_min}`)
    .execute()
  return new Set(rows.map((row) => row.client))
}

/** Forgets what is older than `before`, and the oldest until at most so many and so much is left. */
export async function pruneRecorded(
  db: Database,
  keep: { readonly count_max: number; readonly bytes_max: number; readonly before: string },
): Promise<number> {
  const result = await sql`
    delete from recorded_requests where id in (
      select id from (
        select id, at,
          row_number() over newest_first as number,
          sum(size_bytes) over newest_first as total_bytes
        from recorded_requests
        window newest_first as (order by at desc, id desc rows unbounded preceding)
      ) counted
      where number > ${keep.count_max} or total_bytes > ${keep.bytes_max}
        or at < ${instant(keep.before)}
    )`.execute(db.kysely)
  return Number(result.numAffectedRows ?? 0)
}

function isBefore({ at, id }: Place) {
  return sql<boolean>`(at, id) < (${at}::timestamptz, ${id}::uuid)`
}

function isLike({ parameters, rule_ids }: NonNullable<AttackedFilter['like']>) {
  const ids = JSON.stringify(rule_ids)
  return sql<boolean>`(
    parameter in (select jsonb_array_elements_text(${JSON.stringify(parameters)}::jsonb))
    or exists (
      select from jsonb_array_elements(rule_ids) as own(id), jsonb_array_elements(${ids}::jsonb) as asked(id)
      where own.id = asked.id
    )
  )`
}

function page<R extends Place, T>(rows: readonly R[], limit: number, read: (row: R) => T): Page<T> {
  const last = rows[limit - 1]
  return {
    items: rows.slice(0, limit).map(read),
    next_cursor: rows.length > limit && last ? cursorOf({ at: last.at, id: last.id }) : null,
  }
}
