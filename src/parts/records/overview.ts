/** The numbers of the Overview page. */
import { type RawBuilder, sql } from 'kysely'
import type { AttackType } from '#model/attack-type-names.ts'
import type { Overview } from '#model/overview.ts'
import { inspectBounds_us } from '#model/traffic.ts'
import type { Database } from './database.ts'
import { hasNul, instant } from './engine/text.ts'
import { type TrafficPoint, trafficSeries, trafficTotals } from './traffic.ts'

/** Steps a person can name; each is a multiple of the stored rows. */
const steps_s = [
  10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800, 2_592_000,
]
const points_max = 300
const top_max = 10
/** Every attack type there is, with room for new ones. */
const types_max = 100

/** Everything but the verdict, which also needs the state of the nodes. */
export async function overview(
  db: Database,
  span: { readonly from: string; readonly to: string; readonly site?: string | undefined },
): Promise<Omit<Overview, 'verdict' | 'is_healthy'>> {
  const from = instant(span.from)
  const to = instant(span.to)
  const step_s = stepFor(Date.parse(from), Date.parse(to))
  const totals = await trafficTotals(db, { ...span, from, to })
  const points = await trafficSeries(db, { ...span, from, to, step_s })
  const top = await topHits(db, hitsWithin({ ...span, from, to }))
  return {
    from,
    to,
    step_s,
    totals: {
      requests: totals.requests,
      attacks: totals.attacks,
      blocked: totals.blocked,
      monitored: Math.max(0, totals.attacks - totals.blocked),
      abnormal: totals.abnormal,
      turned_away: turnedAway(top.attack_type),
      faults: totals.faults,
      upstream_errors: totals.upstream_errors,
    },
    series: seriesOf(points, Date.parse(from), Date.parse(to), step_s),
    attack_types: top.attack_type.map(({ key, hits, blocked }) => ({
      attack_type: key as AttackType,
      hits,
      blocked,
    })),
    top_clients: top.client.slice(0, top_max).map(countOf),
    top_targets: top.target.slice(0, top_max).map(countOf),
    top_sites: top.site.slice(0, top_max).map(countOf),
  }
}

/** A ban and a limit have types of their own; whatever else was refused could not be read. */
function turnedAway(types: readonly Count[]): Overview['totals']['turned_away'] {
  const of = (type: AttackType) => types.find(({ key }) => key === type)?.refused ?? 0
  const all = types.reduce((sum, { refused }) => sum + refused, 0)
  const [listed, limited] = [of('ip_list'), of('rate_limit')]
  return { listed, limited, malformed: all - listed - limited }
}

function countOf({ key, hits, blocked }: Count): Overview['top_clients'][number] {
  return { key, hits, blocked }
}

/** The finest step that keeps the span within the points a chart may have. */
export function stepFor(from_ms: number, to_ms: number): number {
  const points = (step_s: number) =>
    Math.ceil(to_ms / 1000 / step_s) - Math.floor(from_ms / 1000 / step_s)
  return steps_s.find((step_s) => points(step_s) <= points_max) ?? 31_536_000
}

/** Lays points out on every step from `from_ms` to `to_ms`; steps without traffic are zero. */
function seriesOf(
  points: readonly TrafficPoint[],
  from_ms: number,
  to_ms: number,
  step_s: number,
): Overview['series'] {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]))
  const series: Overview['series'] = {
    at: [],
    requests: [],
    blocked: [],
    monitored: [],
    inspect_us_p50: [],
    inspect_us_p99: [],
  }
  const step_ms = step_s * 1000
  for (let at = Math.floor(from_ms / step_ms) * step_ms; at < to_ms; at += step_ms) {
    const point = byTime.get(at)
    series.at.push(new Date(at).toISOString())
    series.requests.push(point?.requests ?? 0)
    series.blocked.push(point?.blocked ?? 0)
    series.monitored.push(Math.max(0, (point?.attacks ?? 0) - (point?.blocked ?? 0)))
    series.inspect_us_p50.push(quantile(point?.inspect_us_buckets ?? [], 0.5))
    series.inspect_us_p99.push(quantile(point?.inspect_us_buckets ?? [], 0.99))
  }
  return series
}

/**
 * The time in microseconds that a share `q` of the requests stayed below, by straight lines within a bucket; in the
 * open last bucket its lower bound. Null when nothing was counted.
 */
export function quantile(buckets: readonly number[], q: number): number | null {
  const total = buckets.reduce((sum, n) => sum + n, 0)
  if (total === 0) return null
  const rank = q * total
  let below = 0
  for (const [i, n] of buckets.entries()) {
    const low = inspectBounds_us[i - 1] ?? 0
    const high = inspectBounds_us[i]
    if (below + n >= rank && n > 0) {
      return high === undefined ? low : low + ((high - low) * (rank - below)) / n
    }
    below += n
  }
  return inspectBounds_us[inspectBounds_us.length - 1] ?? null
}

function hitsWithin(span: { from: string; to: string; site?: string | undefined }) {
  if (hasNul([span.site])) return sql`false`
  const site = span.site === undefined ? sql`` : sql`and site = ${span.site}`
  return sql`at >= ${span.from} and at < ${span.to} ${site}`
}

type Count = { key: string; hits: number; blocked: number; refused: number }
type Word = (typeof words)[number]

/** What hits are counted by. */
const words = ['attack_type', 'client', 'target', 'site'] as const

/** The most frequent values of each word, most hits first, in one pass over the hits. */
async function topHits(
  db: Database,
  condition: RawBuilder<unknown>,
): Promise<Readonly<Record<Word, Count[]>>> {
  const list = sql.join(words.map((word) => sql.ref(word)))
  const sets = sql.join(words.map((word) => sql`(${sql.ref(word)})`))
  const { rows } = await sql<Count & { others: number }>`
    select * from (
      select grouping(${list}) as others, coalesce(${list}) as key, count(*) as hits,
        count(*) filter (where action <> 'monitored') as blocked,
        count(*) filter (where action = 'refused') as refused,
        row_number() over (partition by grouping(${list}) order by count(*) desc, coalesce(${list})) as place
      from hits where ${condition} group by grouping sets (${sets})
    ) as counted where place <= ${types_max} order by place
  `.execute(db.kysely)
  // `grouping` has a bit for each word that the row is not counted by, the first word's the highest.
  const of = (word: Word): Count[] => {
    const others = 0b1111 ^ (1 << (words.length - 1 - words.indexOf(word)))
    return rows
      .filter((row) => row.others === others)
      .map(({ key, hits, blocked, refused }) => ({ key, hits, blocked, refused }))
  }
  return {
    attack_type: of('attack_type'),
    client: of('client'),
    target: of('target'),
    site: of('site'),
  }
}
