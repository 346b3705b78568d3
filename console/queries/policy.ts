/** What the pages about the policy read. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../api.ts'

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => api.call('GET /api/v1/policy', { signal }),
})

/** Changes only with the version of the program. */
export const schemaQuery = queryOptions({
  queryKey: ['policy-schema'],
  queryFn: ({ signal }) => api.call('GET /api/v1/policy/schema', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

export const historyQuery = infiniteQueryOptions({
  queryKey: ['policy-history'],
  queryFn: ({ signal, pageParam }) =>
    api.call('GET /api/v1/policy/commits', {
      query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

export function commitQuery(revision: number) {
  return queryOptions({
    queryKey: ['policy-commit', revision],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/policy/commits/{revision}', {
        params: { revision: String(revision) },
        signal,
      }),
  })
}

/** `from`, `to`: `head`, a revision (0 is before the first), or `draft:ID`; `state` sets apart what the same words mean at another time. */
export function diffQuery(from: string, to: string, state = '') {
  return queryOptions({
    queryKey: ['policy-diff', from, to, state],
    queryFn: ({ signal }) => api.call('GET /api/v1/policy/diff', { query: { from, to }, signal }),
  })
}

export const rolloutQuery = queryOptions({
  queryKey: ['rollout'],
  queryFn: ({ signal }) => api.call('GET /api/v1/policy/rollout', { signal }),
  refetchInterval: (query) => (query.state.data?.rollout?.state === 'running' ? 1000 : 5000),
})

export const draftsQuery = queryOptions({
  queryKey: ['drafts'],
  queryFn: ({ signal }) => api.call('GET /api/v1/drafts', { signal }),
  refetchInterval: 15_000,
})

export function draftQuery(id: string) {
  return queryOptions({
    queryKey: ['draft', id],
    queryFn: ({ signal }) => api.call('GET /api/v1/drafts/{id}', { params: { id }, signal }),
    staleTime: 0,
  })
}

/** The check of one state of a draft; a state never changes, so it is asked for once. */
export function checkQuery(id: string, etag: string, head: number) {
  return queryOptions({
    queryKey: ['draft-check', id, etag, head],
    queryFn: ({ signal }) => api.call('POST /api/v1/drafts/{id}/check', { params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

export function replayQuery(id: string, etag: string, head: number, hours: number) {
  return queryOptions({
    queryKey: ['draft-replay', id, etag, head, hours],
    queryFn: ({ signal }) =>
      api.call('POST /api/v1/drafts/{id}/replay', { params: { id }, body: { hours }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

export function fixesQuery(request_id: string) {
  return queryOptions({
    queryKey: ['fixes', request_id],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/requests/{request_id}/fixes', { params: { request_id }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
}
