/** Attacks as readers see them: filtered, page by page, in groups, as a stream, or what changed since. */
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Attack, AttackGroup } from '#model/attack.ts'
import type { AttackType } from '#model/attack-type-names.ts'
import type { Action } from '#model/hit.ts'
import type { Database } from './database.ts'
import { type Page, pageOf, placeOf } from './engine/cursor.ts'
import { containing, hasNul, instant, isUuid } from './engine/text.ts'
import type { Tables } from './tables.ts'

/** What narrows a list of attacks; all given conditions must hold. */
export type AttackFilter = {
  /** Attacks with activity in [from, to). */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly types?: readonly AttackType[] | undefined
  /** Attacks with a hit from this address. */
  readonly client?: string | undefined
  readonly site?: string | undefined
  readonly parameter?: string | undefined
  /** Part of host and path. */
  readonly target?: string | undefined
  /** Attacks with a hit that ended so. */
  readonly action?: Action | undefined
  readonly rule_id?: number | undefined
  /** Text in payload, target, parameter or the newest client. */
  readonly q?: string | undefined
}

export type GroupBy = 'type' | 'client' | 'target' | 'site'

/** More groups than this nobody reads. */
const groups_max = 200
const export_batch = 1_000

const columns = [
  'id',
  'attack_type',
  'parameter',
  'target',
  'site',
  'first_at',
  'last_at',
  'hits',
  'blocked',
  'clients',
  'client',
  'node',
  'score_max',
  'rule_ids',
  'value',
  'reason',
  'last_hit_id',
] as const satisfies readonly (keyof Attack)[]

/** Newest activity first. @throws records.bad_cursor */
export async function listAttacks(
  db: Database,
  filter: AttackFilter,
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<Attack>> {
  let query = db.kysely
    .selectFrom('attacks')
    .select(columns)
    .where((eb) => matching(eb, filter))
  if (page.cursor !== undefined) {
    const { at, id } = placeOf(page.cursor)
    query = query.where(sql<boolean>`(last_at, id) < (${at}::timestamptz, ${id}::uuid)`)
  }
  const rows: Attack[] = await query
    .orderBy('last_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOf(rows, page.limit, (attack) => ({ at: attack.last_at, id: attack.id }))
}

export async function getAttack(db: Database, id: string): Promise<Attack | undefined> {
  if (!isUuid(id)) return undefined
  return await db.kysely
    .selectFrom('attacks')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Attacks counted by one of their words, most hits first; at most 200 groups. */
export async function groupAttacks(
  db: Database,
  filter: AttackFilter,
  by: GroupBy,
): Promise<AttackGroup[]> {
  const matched = db.kysely.selectFrom('attacks').where((eb) => matching(eb, filter))
  if (by === 'client') {
    let perClient = matched
      .innerJoin('attack_clients as c', 'c.attack_id', 'attacks.id')
      .select(['c.client as key', 'c.hits', 'c.blocked', 'c.last_at'])
    if (filter.client !== undefined) perClient = perClient.where('c.client', '=', filter.client)
    return countGroups(db, perClient)
  }
  const column = ({ type: 'attack_type', target: 'target', site: 'site' } as const)[by]
  return countGroups(
    db,
    matched.select(['hits', 'blocked', 'last_at']).select(sql.ref<string>(column).as('key')),
  )
}

async function countGroups(db: Database, rows: Expression<unknown>): Promise<AttackGroup[]> {
  const result = await sql<AttackGroup>`
    select key, count(*) as attacks, sum(hits) as hits, sum(blocked) as blocked, max(last_at) as last_at
    from ${rows} as rows group by key order by sum(hits) desc, key limit ${groups_max}
  `.execute(db.kysely)
  return result.rows
}

/** Number of the newest change; 0 when there was none. */
export async function lastChange(db: Database): Promise<number> {
  const row = await db.kysely.selectFrom('changes').select('last').executeTakeFirst()
  return row?.last ?? 0
}

/**
 * Attacks that are new or got a hit after `change`, in the order in which that happened; an attack that changed twice
 * comes once. Give the returned `change` to the next call: no change is ever skipped.
 */
export async function attacksChangedSince(
  db: Database,
  change: bigint | number,
  limit: number,
): Promise<{ change: number; attacks: Attack[] }> {
  const rows = await db.kysely
    .selectFrom('attacks')
    .select([...columns, 'change'])
    .where('change', '>', Number(change))
    .orderBy('change')
    .limit(limit)
    .execute()
  const attacks = rows.map(({ change: _, ...attack }): Attack => attack)
  return { change: rows.at(-1)?.change ?? Number(change), attacks }
}

/** All attacks that a filter finds, newest first, a batch at a time; holds no connection in between. */
export async function* streamAttacks(
  db: Database,
  filter: AttackFilter,
  options: { readonly limit: number } = { limit: 100_000 },
): AsyncGenerator<Attack> {
  let left = options.limit
  let cursor: string | undefined
  while (left > 0) {
    const page = await listAttacks(db, filter, { cursor, limit: Math.min(left, export_batch) })
    yield* page.items
    left -= page.items.length
    if (page.next_cursor === null) return
    cursor = page.next_cursor
  }
}

type Condition = Expression<SqlBool>

function matching(eb: ExpressionBuilder<Tables, 'attacks'>, f: AttackFilter): Condition {
  const all: Condition[] = []
  if (hasNul([f.client, f.site, f.parameter, f.target, f.q])) return eb.lit(false)
  if (f.from !== undefined) all.push(eb('last_at', '>=', instant(f.from)))
  if (f.to !== undefined) all.push(eb('first_at', '<', instant(f.to)))
  if (f.types && f.types.length > 0) all.push(eb('attack_type', 'in', [...f.types]))
  if (f.site !== undefined) all.push(eb('site', '=', f.site))
  if (f.parameter !== undefined) all.push(eb('parameter', '=', f.parameter))
  if (f.target !== undefined) all.push(eb('target', 'ilike', containing(f.target)))
  if (f.action !== undefined) all.push(withAction(eb, f.action))
  if (f.client !== undefined) all.push(withClient(eb, f.client))
  if (f.rule_id !== undefined) {
    all.push(eb('rule_ids', '@>', sql<number[]>`${JSON.stringify([f.rule_id])}::jsonb`))
  }
  if (f.q !== undefined) {
    const pattern = containing(f.q)
    const places = ['value', 'target', 'parameter', 'client'] as const
    all.push(eb.or(places.map((place) => eb(place, 'ilike', pattern))))
  }
  return eb.and(all)
}

function withAction(eb: ExpressionBuilder<Tables, 'attacks'>, action: Action): Condition {
  switch (action) {
    case 'monitored':
      return eb('hits', '>', eb.ref('blocked'))
    case 'blocked':
      return eb('blocked', '>', eb.ref('refused'))
    case 'refused':
      return eb('refused', '>', 0)
    default:
      return action satisfies never
  }
}

function withClient(eb: ExpressionBuilder<Tables, 'attacks'>, client: string): Condition {
  const of = eb.selectFrom('attack_clients').select('attack_id').where('client', '=', client)
  return eb('id', 'in', of)
}
