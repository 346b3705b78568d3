/** What the pages read, under which key it is kept, and how often it is read again. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query'
import type { AttackQuery } from '#model/attack-query.ts'
import { ApiProblem } from '#parts/client/client.ts'
import { api, apiQuery, isLoggedOut } from './api.ts'

export const ranges = ['15m', '1h', '24h', '7d'] as const
export type Range = (typeof ranges)[number]

export type GroupBy = 'type' | 'client' | 'target' | 'site'

/** The cache of answers. An answer that nobody is logged in empties the session, which shows the login. */
export function queryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isLoggedOut(error)) client.setQueryData(sessionQuery.queryKey, null)
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2000,
        retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status < 500),
        retryDelay: (count) => 300 * 2 ** count,
      },
    },
  })
  return client
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    try {
      return await api.call('GET /api/v1/session', { signal })
    } catch (error) {
      if (isLoggedOut(error)) return null
      throw error
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
})

/** Short spans move visibly, long ones do not. */
const every_ms: Readonly<Record<Range, number>> = {
  '15m': 3000,
  '1h': 5000,
  '24h': 15_000,
  '7d': 30_000,
}

export function overviewQuery(range: Range) {
  return queryOptions({
    queryKey: ['overview', range],
    queryFn: ({ signal }) => api.call('GET /api/v1/overview', { query: { range }, signal }),
    refetchInterval: every_ms[range],
    placeholderData: keepPreviousData,
  })
}

export const sitesQuery = queryOptions({
  queryKey: ['sites'],
  queryFn: ({ signal }) => api.call('GET /api/v1/sites', { signal }),
  refetchInterval: 5000,
})

export function attacksQuery(query: AttackQuery, limit = 50) {
  return infiniteQueryOptions({
    queryKey: ['attacks', query, limit],
    queryFn: ({ signal, pageParam }) =>
      api.call('GET /api/v1/attacks', {
        query: { ...apiQuery(query), limit, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function groupsQuery(query: AttackQuery, by: GroupBy) {
  return queryOptions({
    queryKey: ['groups', query, by],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/attack-groups', { query: { ...apiQuery(query), by }, signal }),
    placeholderData: keepPreviousData,
  })
}

export function attackQuery(id: string) {
  return queryOptions({
    queryKey: ['attack', id],
    queryFn: ({ signal }) => api.call('GET /api/v1/attacks/{id}', { params: { id }, signal }),
    // The hit that somebody reads must not change because the window got the focus back.
    refetchOnWindowFocus: false,
  })
}

export function attackHitsQuery(id: string) {
  return queryOptions({
    queryKey: ['attack-hits', id],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/attacks/{id}/hits', { params: { id }, query: { limit: 20 }, signal }),
  })
}

export function hitQuery(id: string) {
  return queryOptions({
    queryKey: ['hit', id],
    queryFn: ({ signal }) => api.call('GET /api/v1/hits/{id}', { params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function clientHitsQuery(client: string) {
  return queryOptions({
    queryKey: ['client-hits', client],
    queryFn: ({ signal }) => api.call('GET /api/v1/hits', { query: { client, limit: 20 }, signal }),
  })
}

export function requestQuery(request_id: string) {
  return queryOptions({
    queryKey: ['request', request_id],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/requests/{request_id}', { params: { request_id }, signal }),
  })
}

/** A request without hits that was kept for replay; null when none was. */
export function recordedQuery(id: string) {
  return queryOptions({
    queryKey: ['recorded-request', id],
    queryFn: async ({ signal }) => {
      try {
        return await api.call('GET /api/v1/recorded-requests/{id}', { params: { id }, signal })
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null
        throw error
      }
    },
  })
}
