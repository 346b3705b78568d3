/** Traffic samples become rows of 10 s and of 5 min, so that both an hour and a month are few rows to read. */
import { sql, type Transaction } from 'kysely'
import { inspectBounds_us, type TrafficSample } from '#model/traffic.ts'
import { type Columns, excluded, names, recordset } from './engine/recordset.ts'
import { instant } from './engine/text.ts'
import type { Tables } from './tables.ts'

/** Seconds that one stored row stands for, finest first. */
export const trafficSteps_s = [10, 300] as const

const keyColumns = {
  step_s: 'integer',
  at: 'timestamptz',
  site: 'text',
  node: 'text',
} as const satisfies Columns

const counts = [
  'requests',
  'attacks',
  'blocked',
  'abnormal',
  'faults',
  'upstream_errors',
  'bytes_in',
  'bytes_out',
  'inspect_us_sum',
] as const

const columns = {
  ...keyColumns,
  ...(Object.fromEntries(counts.map((name) => [name, 'bigint'])) as Record<
    (typeof counts)[number],
    'bigint'
  >),
  inspect_us_buckets: 'jsonb',
} as const

type Row = { step_s: number; at: string; site: string; node: string } & Record<
  (typeof counts)[number],
  number
> & { inspect_us_buckets: number[] }

/** Adds samples whose id is new; returns how many were. The caller's transaction holds the lock on `changes`. */
export async function addTraffic(
  trx: Transaction<Tables>,
  samples: readonly TrafficSample[],
): Promise<number> {
  if (samples.length === 0) return 0
  const byId = new Map(samples.map((sample) => [sample.id.toLowerCase(), sample]))
  const ids = [...byId.keys()].map((id) => ({ id }))
  const { rows } = await sql<{ id: string }>`
    insert into traffic_samples (id, stored_at) select id, now() from ${recordset(ids, { id: 'uuid' })}
    on conflict (id) do nothing returning id
  `.execute(trx)
  const fresh = rows.flatMap(({ id }) => byId.get(id) ?? [])
  if (fresh.length === 0) return 0
  const sums = summed(fresh)
  for (const row of await storedRows(trx, sums)) add(sums, row)
  await sql`
    insert into traffic (${names(columns)})
    select ${names(columns)} from ${recordset([...sums.values()], columns)}
    on conflict (step_s, at, site, node) do update set ${excluded(columns)}
  `.execute(trx)
  return fresh.length
}

function summed(samples: readonly TrafficSample[]): Map<string, Row> {
  const sums = new Map<string, Row>()
  for (const { id: _, ...sample } of samples) {
    for (const step_s of trafficSteps_s) {
      const step_ms = step_s * 1000
      const at_ms = Math.floor(Date.parse(instant(sample.at)) / step_ms) * step_ms
      add(sums, { ...sample, step_s, at: new Date(at_ms).toISOString() })
    }
  }
  return sums
}

async function storedRows(trx: Transaction<Tables>, sums: Map<string, Row>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select t.* from ${recordset([...sums.values()], keyColumns)} join traffic t
    on t.step_s = r.step_s and t.at = r.at and t.site = r.site and t.node = r.node
  `.execute(trx)
  return rows
}

function add(sums: Map<string, Row>, row: Row): void {
  const key = JSON.stringify([row.step_s, row.at, row.site, row.node])
  const buckets = Array.from(
    { length: inspectBounds_us.length + 1 },
    (_, i) => row.inspect_us_buckets[i] ?? 0,
  )
  const sum = sums.get(key)
  if (!sum) {
    sums.set(key, { ...row, inspect_us_buckets: buckets })
    return
  }
  for (const name of counts) sum[name] += row[name]
  sum.inspect_us_buckets = sum.inspect_us_buckets.map((n, i) => n + (buckets[i] ?? 0))
}
