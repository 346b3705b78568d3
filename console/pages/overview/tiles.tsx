import type { Overview } from '#model/overview.ts'
import { latencyChartData, newest } from '../../format/chart-data.ts'
import { compact, micros, rate, share, whole } from '../../format/number.ts'
import { words } from '../../words.ts'

type Tile = {
  readonly label: string
  readonly value: string
  readonly exact?: string
  readonly detail: string
  /** More of it, on hover. */
  readonly hint?: string
  readonly tone?: string
}

/** The totals of the span, in one strip. */
export function Tiles({ overview }: { readonly overview: Overview }) {
  return (
    <dl className="panel grid grid-cols-2 overflow-hidden sm:grid-cols-3 xl:grid-cols-6">
      {tilesOf(overview).map((tile) => (
        <div
          key={tile.label}
          className="-mt-px -ml-px flex flex-col gap-0.5 border-line border-t border-l px-4 py-3"
        >
          <dt className="label flex items-center gap-1.5">{tile.label}</dt>
          <dd className={`font-semibold text-2xl tracking-tight ${tile.tone ?? ''}`}>
            <span title={tile.exact}>{tile.value}</span>
          </dd>
          <dd className="label" title={tile.hint}>
            {tile.detail}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function tilesOf(overview: Overview): readonly Tile[] {
  const { totals, from, to } = overview
  const added = latencyChartData(overview)
  const text = words.overview
  const span_s = Math.max(1, (Date.parse(to) - Date.parse(from)) / 1000)
  const ofRequests = (n: number) => text.of_requests(share(n, totals.requests))
  const count = (n: number) => ({ value: compact(n), exact: whole(n) })
  const trouble = totals.faults + totals.upstream_errors
  return [
    {
      label: text.requests,
      ...count(totals.requests),
      detail: text.per_second(rate(totals.requests / span_s)),
    },
    {
      label: text.blocked,
      ...count(totals.blocked),
      detail: ofRequests(totals.blocked),
      tone: totals.blocked > 0 ? 'text-blocked' : '',
    },
    {
      label: text.monitored,
      ...count(totals.monitored),
      detail: ofRequests(totals.monitored),
      tone: totals.monitored > 0 ? 'text-monitored' : '',
    },
    {
      label: text.abnormal,
      ...count(totals.abnormal),
      detail: text.abnormal_why(totals.turned_away),
      hint: text.abnormal_hint,
    },
    {
      label: text.added,
      value: micros(newest(added.p50)),
      detail: text.p99(micros(newest(added.p99))),
    },
    {
      label: text.trouble,
      ...count(trouble),
      detail: text.trouble_detail(compact(totals.faults), compact(totals.upstream_errors)),
      tone: trouble > 0 ? 'text-monitored' : '',
    },
  ]
}
