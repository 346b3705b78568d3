/** What the page of IP lists reads. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import type { ListKind } from '#model/ip-list.ts'
import type { Answer } from '#parts/client/call.ts'
import { api } from '../api.ts'

export type ListedEntry = Answer<'GET /api/v1/lists'>['items'][number]

export type ListFilter = {
  readonly kind?: ListKind
  readonly q?: string
  readonly is_history?: boolean
}

export function listsQuery({ kind, q, is_history }: ListFilter) {
  return infiniteQueryOptions({
    queryKey: ['lists', kind, q, is_history],
    queryFn: ({ signal, pageParam }) =>
      api.call('GET /api/v1/lists', {
        query: {
          limit: 100,
          ...(kind ? { kind } : {}),
          ...(q ? { q } : {}),
          ...(is_history ? { is_history: 'true' } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 5000),
  })
}
