/** ★ One attack: what it was, why it was stopped, the evidence, and what else its sender did. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { useLiveAttacks } from '../live/live.tsx'
import { attackHitsQuery, attackQuery, hitQuery } from '../queries.ts'
import { useKeys } from '../shell/use-keys.ts'
import { Icon } from '../ui/icon.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { words } from '../words.ts'
import { AttackHeader } from './attack/attack-header.tsx'
import { HitView } from './attack/hit-view.tsx'
import { OtherHits } from './attack/other-hits.tsx'

const route = getRouteApi('/attacks/$id')

export function AttackPage() {
  const { id } = route.useParams()
  const { hit: hit_id } = route.useSearch()
  const { data, error, refetch } = useQuery(attackQuery(id))
  const chosen = useQuery({ ...hitQuery(hit_id ?? ''), enabled: hit_id !== undefined })
  const hit = hit_id === undefined ? data?.hit : chosen.data
  useLiveNumbers(id)
  const back = useBack()
  useKeys({ Escape: back })
  return (
    <>
      <button
        type="button"
        onClick={back}
        className="-ml-1 mb-2 flex h-8 items-center gap-1 rounded-md px-1 text-ink-2 text-sm hover:text-ink"
      >
        <Icon name="left" size={14} />
        {words.attack.back}
      </button>
      {error && (
        <>
          <PageHeader title={words.attack.title} />
          <ProblemView error={error} onRetry={refetch} />
        </>
      )}
      {!data && !error && <Skeleton lines={10} label={words.overview.loading} />}
      {data && (
        <>
          <title>{`${attackTypeNames[data.attack.attack_type]} · ${words.product}`}</title>
          <AttackHeader attack={data.attack} />
          {chosen.error && <ProblemView error={chosen.error} onRetry={chosen.refetch} />}
          {hit ? (
            <HitView hit={hit}>
              <OtherHits
                attack={data.attack}
                client={hit.client}
                shown_id={hit.id}
                newest_id={data.hit.id}
              />
            </HitView>
          ) : (
            !chosen.error && <Skeleton lines={10} label={words.overview.loading} />
          )}
        </>
      )}
    </>
  )
}

/** The numbers of the attack follow the stream; the hit on the page stays. */
function useLiveNumbers(id: string): void {
  const client = useQueryClient()
  useLiveAttacks((attacks) => {
    const attack = attacks.find((one) => one.id === id)
    if (!attack) return
    client.setQueryData(attackQuery(id).queryKey, (data) => data && { ...data, attack })
    void client.invalidateQueries({ queryKey: attackHitsQuery(id).queryKey })
  })
}

/** Back to the list as it was left; to the whole list when one came from elsewhere. */
function useBack(): () => void {
  const { history } = useRouter()
  const navigate = route.useNavigate()
  return () => {
    if (history.canGoBack()) history.back()
    else void navigate({ to: '/attacks' })
  }
}
