/** Hits: stored once each, whatever is delivered twice; read by id, time, client, attack or request. */
import { type SelectQueryBuilder, sql, type Transaction } from 'kysely'
import type { Hit, HitSummary } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import { addHitsToAttacks } from './attack-writes.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { type Page, pageOf, placeOf } from './engine/cursor.ts'
import { type Columns, names, recordset } from './engine/recordset.ts'
import { hasNul, instant, isUuid } from './engine/text.ts'
import { insertEvents } from './events.ts'
import { insertRecorded } from './recorded-requests.ts'
import type { Tables } from './tables.ts'
import { addTraffic } from './traffic-writes.ts'

const summaryColumns = {
  id: 'uuid',
  request_id: 'uuid',
  attack_id: 'uuid',
  at: 'timestamptz',
  node: 'text',
  site: 'text',
  client: 'text',
  attack_type: 'text',
  rule_ids: 'jsonb',
  parameter: 'text',
  target: 'text',
  value: 'text',
  decoded_by: 'jsonb',
  score: 'bigint',
  action: 'text',
  status: 'bigint',
  reason: 'text',
  bundle: 'text',
  rule_set: 'text',
  method: 'text',
  uri: 'text',
} as const satisfies Columns

const columns = { ...summaryColumns, matches: 'jsonb', request: 'jsonb' } as const

/**
 * Stores a batch in one transaction, so that all of it counts or nothing does. A record whose id is known is a
 * duplicate and changes nothing; hits are grouped into attacks in order of their time. `onNewHits` is told of those that
 * were not known, once they are kept.
 *
 * @throws records.unavailable (nothing was stored, or it was and the answer got lost: send the same again),
 *   records.bad_value when a record holds what a database cannot (then nothing was stored)
 */
export async function storeRecords(
  db: Database,
  records: readonly IntakeRecord[],
  options: { readonly gap_ms: number; readonly onNewHits?: (hits: readonly Hit[]) => void },
): Promise<{ stored: number; duplicates: number }> {
  if (records.length === 0) return { stored: 0, duplicates: 0 }
  let fresh: readonly Hit[] = []
  const stored = await refusingBadValues(() =>
    db.kysely.transaction().execute(async (trx) => {
      // Writers stand in a line here until commit: attacks are read, changed and written back, and `change` numbers
      // become visible in their order, so that no reader of changes ever passes one by.
      await sql`select last from changes where id = 1 for update`.execute(trx)
      const hits = records.flatMap((r) => (r.kind === 'hit' ? [normal(r.hit)] : []))
      const samples = records.flatMap((r) => (r.kind === 'traffic' ? [r.traffic] : []))
      const inner = { ...db, kysely: trx }
      const events = records.flatMap((r) => (r.kind === 'event' ? [r.event] : []))
      const recorded = records.flatMap((r) => (r.kind === 'request' ? [r.recorded] : []))
      fresh = await addHits(trx, hits, options.gap_ms)
      return (
        fresh.length +
        (await addTraffic(trx, samples)) +
        (await insertEvents(inner, events)) +
        (await insertRecorded(inner, recorded))
      )
    }),
  )
  if (fresh.length > 0) options.onNewHits?.(fresh)
  return { stored, duplicates: records.length - stored }
}

/** Ids and times as the database gives them back, so that they compare. */
function normal(hit: Hit): Hit {
  return {
    ...hit,
    id: hit.id.toLowerCase(),
    request_id: hit.request_id.toLowerCase(),
    at: instant(hit.at),
  }
}

/** Those that were not known. */
async function addHits(trx: Transaction<Tables>, hits: Hit[], gap_ms: number): Promise<Hit[]> {
  if (hits.length === 0) return []
  const byId = new Map(hits.map((hit) => [hit.id, hit]))
  const known = await sql<{ id: string }>`
    select h.id from hits h join ${recordset(
      [...byId.keys()].map((id) => ({ id })),
      { id: 'uuid' },
    )} on r.id = h.id
  `.execute(trx)
  for (const { id } of known.rows) byId.delete(id)
  const fresh = [...byId.values()]
  if (fresh.length === 0) return []
  const attack_of = await addHitsToAttacks(trx, fresh, gap_ms)
  const rows = fresh.map((hit) => ({
    ...hit,
    attack_id: attack_of.get(hit.id),
    method: hit.request.method,
    uri: hit.request.uri,
  }))
  await sql`
    insert into hits (${names(columns)}) select ${names(columns)} from ${recordset(rows, columns)}
  `.execute(trx)
  return fresh
}

/** One hit in full. */
export async function getHit(db: Database, id: string): Promise<Hit | undefined> {
  if (!isUuid(id)) return undefined
  const row = await db.kysely.selectFrom('hits').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fullHit(row)
}

/** All hits of a request, the heaviest first: what stands behind the code on a block page. */
export async function hitsOfRequest(db: Database, request_id: string): Promise<Hit[]> {
  if (!isUuid(request_id)) return []
  const rows = await db.kysely
    .selectFrom('hits')
    .selectAll()
    .where('request_id', '=', request_id)
    .orderBy('score', 'desc')
    .orderBy('id')
    .limit(100)
    .execute()
  return rows.map(fullHit)
}

export type HitFilter = {
  readonly from?: string | undefined
  /** Not included. */
  readonly to?: string | undefined
  readonly client?: string | undefined
  readonly attack_id?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Hits without their heavy parts, newest first. @throws records.bad_cursor */
export async function listHits(db: Database, filter: HitFilter): Promise<Page<HitSummary>> {
  if (hasNul([filter.client])) return { items: [], next_cursor: null }
  if (filter.attack_id !== undefined && !isUuid(filter.attack_id)) {
    return { items: [], next_cursor: null }
  }
  let query = db.kysely
    .selectFrom('hits')
    .select(Object.keys(summaryColumns) as (keyof typeof summaryColumns)[])
  query = narrowed(query, filter)
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows as HitSummary[], filter.limit, (hit) => ({ at: hit.at, id: hit.id }))
}

function narrowed<O>(
  query: SelectQueryBuilder<Tables, 'hits', O>,
  filter: HitFilter,
): SelectQueryBuilder<Tables, 'hits', O> {
  let q = query
  if (filter.from !== undefined) q = q.where('at', '>=', instant(filter.from))
  if (filter.to !== undefined) q = q.where('at', '<', instant(filter.to))
  if (filter.client !== undefined) q = q.where('client', '=', filter.client)
  if (filter.attack_id !== undefined) q = q.where('attack_id', '=', filter.attack_id)
  if (filter.cursor !== undefined) {
    const { at, id } = placeOf(filter.cursor)
    q = q.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${id}::uuid)`)
  }
  return q
}

function fullHit(row: object): Hit {
  const { attack_id, method, uri, ...hit } = row as HitSummary & Hit
  return hit
}
