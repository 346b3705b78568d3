import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { whole } from '../../format/number.ts'
import { attacksQuery } from '../../queries.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useIsWide } from '../../ui/use-is-wide.ts'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'
import { useTestCommands } from '../test-commands.ts'
import { AttackCards } from './attack-cards.tsx'
import { AttackTable } from './attack-table.tsx'
import { NewPill } from './new-pill.tsx'
import { useNewAttacks } from './use-new-attacks.ts'
import { useRows } from './use-rows.ts'

/** The attacks, read page by page as one scrolls: a table where there is room, cards where not. */
export function AttackList({ tokens, query, onChange }: FilterProps) {
  const list = useInfiniteQuery(attacksQuery(query))
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const attacks = data?.pages.flatMap((page) => page.items) ?? []
  const fresh = useNewAttacks(query)
  const is_wide = useIsWide()
  const rows = useRows(attacks.length, is_wide ? 52 : 116)
  const is_near_end = rows.last >= attacks.length - 20
  useEffect(() => {
    if (is_near_end && hasNextPage && !isFetchingNextPage && !error) void fetchNextPage()
  }, [is_near_end, hasNextPage, isFetchingNextPage, error, fetchNextPage])

  if (error && attacks.length === 0) return <ProblemView error={error} onRetry={refetch} />
  if (!data) return <Skeleton lines={12} label={words.overview.loading} />
  if (attacks.length === 0) {
    return tokens.length > 0 ? <NothingFits onClear={() => onChange([])} /> : <NoAttack />
  }
  return (
    <>
      <NewPill count={fresh.count} onShow={fresh.show} />
      {is_wide ? (
        <AttackTable attacks={attacks} rows={rows} is_whole={!hasNextPage} />
      ) : (
        <AttackCards attacks={attacks} rows={rows} />
      )}
      {error && <ProblemView error={error} onRetry={() => fetchNextPage()} />}
      <p role="status" className="label py-4 text-center">
        {isFetchingNextPage && words.attacks.loading_more}
        {!hasNextPage && words.attacks.end(whole(attacks.length))}
      </p>
    </>
  )
}

function NoAttack() {
  const { attack } = useTestCommands()
  const { empty_title, empty_text } = words.attacks
  return <Empty icon="shield_check" title={empty_title} text={empty_text} commands={[attack]} />
}

function NothingFits({ onClear }: { readonly onClear: () => void }) {
  const { none_title, none_text, clear } = words.attacks
  return (
    <Empty icon="search" title={none_title} text={none_text}>
      <Button onClick={onClear}>{clear}</Button>
    </Empty>
  )
}
