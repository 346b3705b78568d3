/** Requests kept for replay. */
import { getRecorded, listRecorded } from '#parts/records/recorded-requests.ts'
import { policyFaults } from '../faults.ts'
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

export const getRecordedRequest: Handler<'GET /api/v1/recorded-requests/{id}'> = async (
  { params },
  { database },
) => {
  const found = await getRecorded(database, params.id)
  if (!found) throw policyFaults.not_found({ what: `the recorded request ${params.id}` })
  return found
}
