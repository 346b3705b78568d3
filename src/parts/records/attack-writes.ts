/** Attacks as new hits change them: few statements per batch, however many hits it has. */
import { sql, type Transaction } from 'kysely'
import type { Hit } from '#model/hit.ts'
import { type Columns, excluded, names, recordset } from './engine/recordset.ts'
import { type AttackState, attackKey, type Grouping, groupHits } from './grouping.ts'
import type { Tables } from './tables.ts'

const columns = {
  id: 'uuid',
  key: 'uuid',
  attack_type: 'text',
  parameter: 'text',
  target: 'text',
  site: 'text',
  first_at: 'timestamptz',
  last_at: 'timestamptz',
  hits: 'bigint',
  blocked: 'bigint',
  refused: 'bigint',
  clients: 'bigint',
  client: 'text',
  node: 'text',
  score_max: 'bigint',
  rule_ids: 'jsonb',
  value: 'text',
  reason: 'text',
  last_hit_id: 'uuid',
  change: 'bigint',
} as const satisfies Columns

const clientColumns = {
  attack_id: 'uuid',
  client: 'text',
  hits: 'bigint',
  blocked: 'bigint',
  last_at: 'timestamptz',
} as const satisfies Columns

/**
 * Puts hits that were never stored before into attacks; returns the attack of each by the hit's id.
 * The caller's transaction holds the lock on `changes`.
 */
export async function addHitsToAttacks(
  trx: Transaction<Tables>,
  hits: readonly Hit[],
  gap_ms: number,
): Promise<ReadonlyMap<string, string>> {
  const grouping = groupHits(hits, await attacksNear(trx, hits, gap_ms), gap_ms)
  await addClients(trx, grouping, hits)
  const { rows } = await sql<{ last: number }>`
    update changes set last = last + ${grouping.touched.length} where id = 1 returning last
  `.execute(trx)
  const first = (rows[0]?.last ?? 0) - grouping.touched.length + 1
  const attacks = grouping.touched.map((attack, i) => ({ ...attack, change: first + i }))
  await sql`
    insert into attacks (${names(columns)}) select ${names(columns)} from ${recordset(attacks, columns)}
    on conflict (id) do update set ${excluded(columns)}
  `.execute(trx)
  return grouping.attack_of
}

async function attacksNear(
  trx: Transaction<Tables>,
  hits: readonly Hit[],
  gap_ms: number,
): Promise<AttackState[]> {
  const spans = new Map<string, { key: string; from_ms: number; to_ms: number }>()
  for (const hit of hits) {
    const key = attackKey(hit)
    const at_ms = Date.parse(hit.at)
    const span = spans.get(key) ?? { key, from_ms: at_ms, to_ms: at_ms }
    span.from_ms = Math.min(span.from_ms, at_ms)
    span.to_ms = Math.max(span.to_ms, at_ms)
    spans.set(key, span)
  }
  const keys = [...spans.values()].map(({ key, from_ms, to_ms }) => ({
    key,
    not_before: new Date(Math.max(0, from_ms - gap_ms)).toISOString(),
    not_after: new Date(to_ms + gap_ms).toISOString(),
  }))
  const wanted = { key: 'uuid', not_before: 'timestamptz', not_after: 'timestamptz' }
  const { rows } = await sql<AttackState>`
    select a.* from ${recordset(keys, wanted)} join attacks a
    on a.key = r.key and a.last_at >= r.not_before and a.first_at <= r.not_after
  `.execute(trx)
  return rows
}

/** Counts clients per attack; sets how many different ones each touched attack has now. */
async function addClients(
  trx: Transaction<Tables>,
  { touched, attack_of }: Grouping,
  hits: readonly Hit[],
): Promise<void> {
  type Row = { attack_id: string; client: string; hits: number; blocked: number; last_at: string }
  const counts = new Map<string, Row>()
  for (const hit of hits) {
    const attack_id = attack_of.get(hit.id) ?? ''
    const key = `${attack_id} ${hit.client}`
    const row = counts.get(key) ?? {
      attack_id,
      client: hit.client,
      hits: 0,
      blocked: 0,
      last_at: hit.at,
    }
    row.hits += 1
    if (hit.action !== 'monitored') row.blocked += 1
    if (hit.at > row.last_at) row.last_at = hit.at
    counts.set(key, row)
  }
  // xmax is 0 on a row that this statement inserted, and not on one that it updated.
  const { rows } = await sql<{ attack_id: string; is_new: boolean }>`
    insert into attack_clients as c (${names(clientColumns)})
    select ${names(clientColumns)} from ${recordset([...counts.values()], clientColumns)}
    on conflict (attack_id, client) do update set
      hits = c.hits + excluded.hits,
      blocked = c.blocked + excluded.blocked,
      last_at = greatest(c.last_at, excluded.last_at)
    returning attack_id, (xmax = 0) as is_new
  `.execute(trx)
  const byId = new Map(touched.map((attack) => [attack.id, attack]))
  for (const row of rows) {
    const attack = byId.get(row.attack_id)
    if (attack && row.is_new) attack.clients += 1
  }
}
