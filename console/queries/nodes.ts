/** What the pages about nodes read. The live stream writes newer states into the same place. */
import { queryOptions } from '@tanstack/react-query'
import type { NodeView } from '#model/node-view.ts'
import type { Answer } from '#parts/client/call.ts'
import { api } from '../api.ts'

export type ListedNode = Answer<'GET /api/v1/nodes'>['nodes'][number]

export const nodesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: ({ signal }) => api.call('GET /api/v1/nodes', { signal }),
  // What a node tells of its workers and upstreams does not come by the stream.
  refetchInterval: 5000,
})

export const invitesQuery = queryOptions({
  queryKey: ['invites'],
  queryFn: ({ signal }) => api.call('GET /api/v1/invites', { signal }),
})

/** Newer views in the place of older ones; what each node last told of itself stays. */
export function withViews(
  before: { nodes: ListedNode[] } | undefined,
  views: readonly NodeView[],
): { nodes: ListedNode[] } | undefined {
  if (!before) return undefined
  const known = new Map(before.nodes.map((node) => [node.id, node.status]))
  return { nodes: views.map((view) => ({ ...view, status: known.get(view.id) ?? null })) }
}
