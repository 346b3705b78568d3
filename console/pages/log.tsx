/** ★ System log: events of all nodes on one timeline; new ones come by themselves, and wait while one reads further down. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useLiveEvents } from '../live/live.tsx'
import { type LogFilter, logQuery } from '../queries/settings.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Icon } from '../ui/icon.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { settingsWords } from '../words/settings.ts'
import { words } from '../words.ts'
import { EventRow } from './log/event-row.tsx'
import { fitsLog } from './log/fits-log.ts'
import { LogFilterBar } from './log/log-filter-bar.tsx'

const text = settingsWords.log
const route = getRouteApi('/log')
/** Further down than this somebody reads, and the list must not move. */
const top_px = 120

export function LogPage() {
  const filter = route.useSearch()
  const list = useInfiniteQuery(logQuery(filter))
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const fresh = useFreshEvents(filter)
  const events = data?.pages.flatMap((page) => page.items) ?? []
  const is_filtered = Object.keys(filter).length > 0
  return (
    <>
      <PageHeader title={text.title} lead={text.lead} />
      <LogFilterBar filter={filter} />
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={10} label={words.overview.loading} />}
      {data &&
        events.length === 0 &&
        (is_filtered ? (
          <Empty icon="search" title={text.none_fits} text={text.none_fits_text} />
        ) : (
          <Empty
            icon="log"
            title={text.none}
            text={text.none_text}
            commands={['journalctl -u gatehouse -f']}
          />
        ))}
      <FreshPill {...fresh} />
      {events.length > 0 && (
        <ol className="panel divide-y divide-line">
          {events.map((event) => (
            <li key={event.id}>
              <EventRow event={event} />
            </li>
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {text.more}
        </Button>
      )}
    </>
  )
}

type Fresh = { readonly count: number; readonly show: () => void }

/** At the top of the list new events are read at once; further down they wait until asked for. */
function useFreshEvents(filter: LogFilter): Fresh {
  const client = useQueryClient()
  const [count, setCount] = useState(0)
  const { queryKey } = logQuery(filter)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list
  useEffect(() => setCount(0), [filter])
  const read = () => {
    setCount(0)
    client.setQueryData(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    )
    void client.invalidateQueries({ queryKey })
  }
  useLiveEvents((events) => {
    const fitting = events.filter((event) => fitsLog(event, filter)).length
    if (fitting === 0) return
    if (scrollY < top_px) read()
    else setCount((before) => before + fitting)
  })
  return {
    count,
    show() {
      read()
      scrollTo({ top: 0 })
    },
  }
}

function FreshPill({ count, show }: Fresh) {
  return (
    <div className="pointer-events-none sticky top-2 z-10 flex h-0 justify-center max-md:top-16">
      <div aria-live="polite">
        {count > 0 && (
          <button
            type="button"
            onClick={show}
            className="pointer-events-auto flex h-8 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-accent-ink text-sm shadow-lg hover:brightness-110"
          >
            <Icon name="play" size={12} />
            {text.fresh(count)}
          </button>
        )}
      </div>
    </div>
  )
}
