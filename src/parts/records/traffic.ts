/** Traffic over time: sums per step, per site and altogether. */
import { type RawBuilder, sql } from 'kysely'
import { inspectBounds_us } from '#model/traffic.ts'
import type { Database } from './database.ts'
import { hasNul, instant } from './engine/text.ts'
import { trafficSteps_s } from './traffic-writes.ts'

export type TrafficTotals = {
  readonly requests: number
  /** Requests in which a rule found something. */
  readonly attacks: number
  readonly blocked: number
  readonly abnormal: number
  readonly faults: number
  readonly upstream_errors: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly inspect_us_sum: number
  /** As in `TrafficSample`. */
  readonly inspect_us_buckets: number[]
}

/** One step; `at` is its start, a multiple of the step since 1970. */
export type TrafficPoint = TrafficTotals & { readonly at: string }
export type SiteTraffic = TrafficTotals & { readonly site: string }

export type Span = { readonly from: string; readonly to: string }
type SiteSpan = Span & { readonly site?: string | undefined }

/** From this on, a span is summed from the 5-minute rows: its edges are off by less than one part in 300. */
const coarse_ms = 26 * 3_600_000

const sums: RawBuilder<unknown> = sql.raw(
  [
    'requests',
    'attacks',
    'blocked',
    'abnormal',
    'faults',
    'upstream_errors',
    'bytes_in',
    'bytes_out',
    'inspect_us_sum',
  ]
    .map((name) => `coalesce(sum(${name}), 0) as ${name}`)
    .concat(
      `jsonb_build_array(${Array.from(
        { length: inspectBounds_us.length + 1 },
        (_, i) => `coalesce(sum((inspect_us_buckets->>${i})::bigint), 0)`,
      ).join(', ')}) as inspect_us_buckets`,
    )
    .join(', '),
)

/**
 * Sums per step of `step_s` seconds (a multiple of 10), oldest first; steps without traffic are left out.
 * The step in which `from` lies counts as a whole.
 */
export async function trafficSeries(
  db: Database,
  span: SiteSpan & { readonly step_s: number },
): Promise<TrafficPoint[]> {
  if (hasNul([span.site])) return []
  const { step_s } = span
  const rows_s = step_s % trafficSteps_s[1] === 0 ? await rowsFor(db, span) : trafficSteps_s[0]
  const { rows } = await sql<TrafficPoint>`
    select to_timestamp(floor(extract(epoch from at) / ${step_s}::int) * ${step_s}::int) as at, ${sums}
    from traffic where ${within({ ...span, from: floored(span.from, step_s) }, rows_s)}
    group by 1 order by 1
  `.execute(db.kysely)
  return rows
}

/** Sums over the whole span, to the precision of 10 s, or of 5 min in spans of more than a day. */
export async function trafficTotals(db: Database, span: SiteSpan): Promise<TrafficTotals> {
  const rows_s = await rowsFor(db, span)
  const condition = hasNul([span.site]) ? sql`false` : within(span, rows_s)
  const { rows } = await sql<TrafficTotals>`
    select ${sums} from traffic where ${condition}
  `.execute(db.kysely)
  const [totals] = rows
  if (!totals) throw new Error('an aggregate without groups has one row')
  return totals
}

/** Sums per site, most requests first. */
export async function siteTotals(db: Database, span: Span): Promise<SiteTraffic[]> {
  const { rows } = await sql<SiteTraffic>`
    select site, ${sums} from traffic where ${within(span, await rowsFor(db, span))}
    group by site order by sum(requests) desc, site
  `.execute(db.kysely)
  return rows
}

/** Seconds of the rows to sum: fine ones for short spans, as far back as those are kept. */
async function rowsFor(db: Database, span: Span): Promise<number> {
  const [fine, coarse] = trafficSteps_s
  if (Date.parse(span.to) - Date.parse(span.from) > coarse_ms) return coarse
  const { rows } = await sql<{ step_s: number; oldest: string }>`
    select step_s, min(at) as oldest from traffic group by step_s
  `.execute(db.kysely)
  const oldest = (step_s: number) =>
    Date.parse(rows.find((row) => row.step_s === step_s)?.oldest ?? '')
  const is_forgotten =
    Date.parse(span.from) < oldest(fine) && oldest(coarse) < oldest(fine) - coarse * 1000
  return is_forgotten ? coarse : fine
}

function within(span: SiteSpan, rows_s: number): RawBuilder<unknown> {
  const site = span.site === undefined ? sql`` : sql`and site = ${span.site}`
  const from = floored(span.from, rows_s)
  return sql`step_s = ${rows_s} and at >= ${from} and at < ${instant(span.to)} ${site}`
}

function floored(iso: string, step_s: number): string {
  const step_ms = step_s * 1000
  return new Date(Math.floor(Date.parse(instant(iso)) / step_ms) * step_ms).toISOString()
}
