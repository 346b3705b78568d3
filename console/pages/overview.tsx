/** ★ Overview: the verdict first, then the numbers, the charts, and who did what. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { Overview } from '#model/overview.ts'
import { useRereadOnAttacks } from '../live/live.tsx'
import { overviewQuery, type Range, ranges } from '../queries.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { words } from '../words.ts'
import { LatencyChart, TrafficChart } from './overview/charts.tsx'
import { FirstRequest } from './overview/first-request.tsx'
import { LatestAttacks } from './overview/latest-attacks.tsx'
import { Ranking } from './overview/ranking.tsx'
import { Tiles } from './overview/tiles.tsx'
import { Verdict } from './overview/verdict.tsx'

const route = getRouteApi('/')

export function OverviewPage() {
  const { range = '1h' } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(overviewQuery(range))
  useRereadOnAttacks(overviewQuery(range).queryKey)
  return (
    <>
      <PageHeader title={words.pages.overview}>
        <Segmented
          label={words.ranges.label}
          value={range}
          options={ranges.map((value) => ({ value, label: words.ranges[value] }))}
          onChange={(value) => navigate({ search: { range: value } })}
        />
      </PageHeader>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {data && <Numbers overview={data} range={range} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
    </>
  )
}

type Props = { readonly overview: Overview; readonly range: Range }

function Numbers({ overview, range }: Props) {
  const { totals } = overview
  const is_quiet = totals.requests + totals.abnormal + totals.attacks === 0
  return (
    <div className="flex flex-col gap-4">
      <Verdict sentence={overview.verdict} is_healthy={overview.is_healthy} />
      {is_quiet ? <FirstRequest /> : <Charts overview={overview} range={range} />}
      <LatestAttacks />
    </div>
  )
}

function Charts({ overview, range }: Props) {
  const text = words.overview
  return (
    <>
      <Tiles overview={overview} />
      <div className="grid gap-4 xl:grid-cols-[3fr_2fr]">
        <TrafficChart overview={overview} />
        <LatencyChart overview={overview} />
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <Ranking
          title={text.types}
          range={range}
          filter="type"
          rows={overview.attack_types.map(({ attack_type, ...counts }) => ({
            ...counts,
            key: attack_type,
            label: attackTypeNames[attack_type],
          }))}
        />
        <Ranking title={text.clients} range={range} filter="client" rows={overview.top_clients} />
        <Ranking title={text.targets} range={range} filter="target" rows={overview.top_targets} />
      </div>
    </>
  )
}
