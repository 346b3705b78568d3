/** System events of all nodes: stored once each, whatever is delivered twice; read in causal order. */
import { sql } from 'kysely'
import { type Severity, type SystemEvent, severities } from '#model/event.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { names, recordset } from './engine/recordset.ts'
import { containing, hasNul, instant } from './engine/text.ts'
import { within } from './engine/within.ts'
import { recordsFaults } from './faults.ts'

const columns = {
  id: 'uuid',
  at: 'timestamptz',
  hlc: 'text',
  node: 'text',
  severity: 'smallint',
  name: 'text',
  message: 'text',
  fields: 'jsonb',
} as const

const eventColumns = Object.keys(columns) as (keyof typeof columns)[]

/** Idempotent by id. @throws records.unavailable, records.bad_value */
export async function insertEvents(db: Database, events: readonly SystemEvent[]): Promise<number> {
  if (events.length === 0) return 0
  const unique = new Map(
    events.map((event) => [
      event.id.toLowerCase(),
      { ...event, at: instant(event.at), severity: severities.indexOf(event.severity) },
    ]),
  )
  return refusingBadValues(() =>
    within(db, async (trx) => {
      // Numbers become visible in their order: who reads on after a number passes nothing by.
      const head = await sql<{ number: number }>`
        select number from events_head where id = 1 for update`.execute(trx)
      const start = head.rows[0]?.number ?? 0
      const result = await sql`
        insert into events (${names(columns)}, number)
        select ${names(columns)}, ${start}::bigint + row_number() over (order by hlc, id)
        from ${recordset([...unique.values()], columns)}
        where not exists (select 1 from events e where e.id = r.id)
        on conflict (id) do nothing
      `.execute(trx)
      const count = Number(result.numAffectedRows ?? 0)
      await trx
        .updateTable('events_head')
        .set({ number: start + count })
        .execute()
      return count
    }),
  )
}

export type EventFilter = {
  readonly from?: string | undefined
  /** Not included. */
  readonly to?: string | undefined
  readonly node?: string | undefined
  /** This severe or worse. */
  readonly severity?: Severity | undefined
  /** Beginning of the name. */
  readonly name?: string | undefined
  readonly q?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Newest first, in the order of the hybrid clock. @throws records.bad_cursor */
export async function listEvents(
  db: Database,
  filter: EventFilter,
): Promise<{ items: SystemEvent[]; next_cursor: string | null }> {
  const { from, to, node, severity, name, q, cursor, limit } = filter
  if (hasNul([node, name, q])) return { items: [], next_cursor: null }
  let query = db.kysely.selectFrom('events').select(eventColumns)
  if (from !== undefined) query = query.where('at', '>=', instant(from))
  if (to !== undefined) query = query.where('at', '<', instant(to))
  if (node !== undefined) query = query.where('node', '=', node)
  if (severity !== undefined) query = query.where('severity', '<=', severities.indexOf(severity))
  if (name !== undefined) query = query.where(sql<boolean>`starts_with(name, ${name})`)
  if (q !== undefined) {
    const pattern = containing(q)
    query = query.where(
      sql<boolean>`concat_ws(' ', node, name, message, fields::text) ilike ${pattern}`,
    )
  }
  if (cursor !== undefined) {
    const { hlc, id } = eventPlace(cursor)
    query = query.where(sql<boolean>`(hlc, id) < (${hlc}, ${id}::uuid)`)
  }
  const rows = await query
    .orderBy('hlc', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(eventOf)
  const last = items.at(-1)
  const has_more = rows.length > limit && last !== undefined
  return { items, next_cursor: has_more ? `${last.hlc}~${last.id}` : null }
}

/** Number of the newest event; 0 before the first. */
export async function lastEvent(db: Database): Promise<number> {
  const row = await db.kysely.selectFrom('events_head').select('number').executeTakeFirstOrThrow()
  return row.number
}

/** What was stored after the event of this number, in the order of storing. */
export async function eventsSince(
  db: Database,
  number: number,
  limit: number,
): Promise<{ number: number; events: SystemEvent[] }> {
  const rows = await db.kysely
    .selectFrom('events')
    .select([...eventColumns, 'number'])
    .where('number', '>', number)
    .orderBy('number')
    .limit(limit)
    .execute()
  return {
    number: rows.at(-1)?.number ?? number,
    events: rows.map(({ number: _, ...row }) => eventOf(row)),
  }
}

/** Forgets events before this time, a bounded batch; how many. */
export async function forgetEvents(db: Database, before: string): Promise<number> {
  const result = await sql`
    delete from events where id in (
      select id from events where at < ${instant(before)} order by at limit 5000)
  `.execute(db.kysely)
  return Number(result.numAffectedRows ?? 0)
}

function eventOf(row: Omit<SystemEvent, 'severity'> & { readonly severity: number }): SystemEvent {
  return { ...row, severity: severities[row.severity] ?? 'debug' }
}

function eventPlace(cursor: string): { hlc: string; id: string } {
  const [, hlc, id] =
    /^(\d{15}\.\d{5})~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? []
  if (hlc === undefined || id === undefined) {
    throw recordsFaults.bad_cursor({ cursor: cursor.slice(0, 200) })
  }
  return { hlc, id }
}
