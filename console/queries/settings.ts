/** What the pages about users, tokens, activity and system log read. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Severity } from '#model/event.ts'
import { api } from '../api.ts'

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api.call('GET /api/v1/users', { signal }),
})

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => api.call('GET /api/v1/tokens', { signal }),
})

export function activityQuery(q: string) {
  return infiniteQueryOptions({
    queryKey: ['activity', q],
    queryFn: ({ signal, pageParam }) =>
      api.call('GET /api/v1/activity', {
        query: { limit: 50, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export type LogFilter = {
  readonly node?: string
  readonly severity?: Severity
  readonly name?: string
  readonly q?: string
}

export function logQuery(filter: LogFilter) {
  return infiniteQueryOptions({
    queryKey: ['system-log', filter],
    queryFn: ({ signal, pageParam }) =>
      api.call('GET /api/v1/events', {
        query: { limit: 100, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // The stream tells sooner; this is for when it does not.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 5000),
  })
}
