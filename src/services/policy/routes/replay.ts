/** Requests kept for replay. */
import { listRecorded } from '#parts/records/recorded-requests.ts'
import type { Handler } from '../handler.ts'

export const listRecordedRequests: Handler<'GET /api/v1/recorded-requests'> = async (
  { query },
  { database },
) => {
  const { items, next_cursor } = await listRecorded(database, query)
  return {
    items: items.map(({ request, ...rest }) => ({
      ...rest,
      method: request.method,
      uri: request.uri,
    })),
    next_cursor,
  }
}
