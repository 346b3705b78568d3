/** ★ IP lists: who is on them, why and until when. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { ListKind } from '#model/ip-list.ts'
import { type ListedEntry, type ListFilter, listsQuery } from '../queries/lists.ts'
import { useMay } from '../session/may.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { lineClass } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { listWords as text } from '../words/lists.ts'
import { words } from '../words.ts'
import { AddEntry } from './lists/add-entry.tsx'
import { EntryTable } from './lists/entry-table.tsx'
import { RemoveEntry } from './lists/remove-entry.tsx'

const route = getRouteApi('/lists')
const ban_command = 'gatehouse ban 203.0.113.9 --for 1h --reason "scanner"'

export function ListsPage() {
  const filter = route.useSearch()
  const [is_adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<ListedEntry>()
  const may = useMay()
  const list = useInfiniteQuery(listsQuery(filter))
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const entries = data?.pages.flatMap((page) => page.items) ?? []
  const is_filtered = Boolean(filter.kind || filter.q || filter.is_history)
  return (
    <>
      <PageHeader title={text.title} lead={text.lead}>
        {may('analyst') && (
          <Button look="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" size={14} />
            {text.add}
          </Button>
        )}
      </PageHeader>
      <Filter filter={filter} />
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data &&
        entries.length === 0 &&
        (is_filtered ? (
          <Empty icon="search" title={text.none_title} text={text.none_text} />
        ) : (
          <Empty
            icon="list"
            title={text.empty_title}
            text={text.empty_text}
            commands={[ban_command]}
          />
        ))}
      {entries.length > 0 && (
        <EntryTable entries={entries} {...(may('analyst') ? { onRemove: setLeaving } : {})} />
      )}
      {hasNextPage && (
        <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {isFetchingNextPage ? text.loading_more : text.more}
        </Button>
      )}
      {is_adding && <AddEntry onClose={() => setAdding(false)} />}
      {leaving && <RemoveEntry entry={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  )
}

const kinds = ['all', 'allow', 'deny', 'gray'] as const

function Filter({ filter }: { readonly filter: ListFilter }) {
  const navigate = route.useNavigate()
  const go = (change: ListFilter) =>
    void navigate({ search: { ...filter, ...change }, replace: true })
  const chosen: ListKind | 'all' = filter.kind ?? 'all'
  return (
    <search className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <input
        type="search"
        aria-label={text.search}
        placeholder={text.search_placeholder}
        defaultValue={filter.q ?? ''}
        onChange={(event) => go({ q: event.target.value.trim() })}
        className={`${lineClass} max-w-sm`}
      />
      <Segmented
        label={text.kind}
        value={chosen}
        options={kinds.map((value) => ({
          value,
          label: value === 'all' ? text.all_kinds : text.kinds[value],
        }))}
        onChange={(value) => {
          const { kind: _before, ...rest } = filter
          void navigate({ search: value === 'all' ? rest : { ...rest, kind: value } })
        }}
      />
      <label className="touch flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={filter.is_history ?? false}
          onChange={(event) => go({ is_history: event.target.checked })}
          className="size-4 accent-accent"
        />
        {text.history}
      </label>
    </search>
  )
}
