/** Why a request was stopped, by the code on the block page; and requests without a finding that a replay names. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { recordedQuery, requestQuery } from '../queries.ts'
import { Empty } from '../ui/empty.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { words } from '../words.ts'
import { HitView } from './attack/hit-view.tsx'
import { Panel } from './attack/panel.tsx'
import { RequestView } from './attack/request-view.tsx'

const route = getRouteApi('/requests/$id')

export function RequestPage() {
  const { id } = route.useParams()
  const { data, error, refetch } = useQuery(requestQuery(id))
  const has_none = data?.hits.length === 0
  const text = words.request
  return (
    <>
      <PageHeader title={text.title} lead={id} />
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={6} label={words.overview.loading} />}
      {has_none && <Sample id={id} />}
      <div className="flex flex-col gap-10">
        {data?.hits.map((hit) => (
          <section key={hit.id} aria-label={attackTypeNames[hit.attack_type]}>
            <h2 className="mb-3 font-semibold text-lg">{attackTypeNames[hit.attack_type]}</h2>
            <HitView hit={hit} />
          </section>
        ))}
      </div>
    </>
  )
}

/** Nothing was found in it: perhaps it was kept for replay. */
function Sample({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(recordedQuery(id))
  const text = words.request
  if (error) return <ProblemView error={error} onRetry={refetch} />
  if (data === undefined) return <Skeleton lines={6} label={words.overview.loading} />
  if (data === null) return <Empty icon="search" title={text.none_title} text={text.none_text} />
  return (
    <Panel title={text.recorded} lead={text.recorded_lead(data.at, data.site, data.client)}>
      <RequestView request={data.request} />
    </Panel>
  )
}
