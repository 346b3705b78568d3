/** Hits: list, detail, and why a request was blocked. */
import { getHit, hitsOfRequest, listHits } from '#parts/records/hits.ts'
import { policyFaults } from '../faults.ts'
import type { Handler } from '../handler.ts'
import { requestNamed } from './request-named.ts'
import { timeSpan } from './time-range.ts'

export const listAllHits: Handler<'GET /api/v1/hits'> = ({ query }, { database, clock }) => {
  const { client, cursor, limit } = query
  return listHits(database, {
    ...timeSpan(query, clock.now()),
    ...(client === undefined ? {} : { client }),
    ...(cursor === undefined ? {} : { cursor }),
    limit,
  })
}

export const getOneHit: Handler<'GET /api/v1/hits/{id}'> = async ({ params }, { database }) => {
  const hit = await getHit(database, params.id)
  if (!hit) throw policyFaults.not_found({ what: `the hit ${params.id}` })
  return hit
}

export const whyRequest: Handler<'GET /api/v1/requests/{request_id}'> = async (
  { params },
  { database },
) => {
  const of_request = await hitsOfRequest(database, params.request_id)
  if (of_request.length > 0) return { request_id: params.request_id, hits: of_request }
  const request_id = await requestNamed(database, params.request_id)
  const hits = await hitsOfRequest(database, request_id)
  if (hits.length === 0) {
    throw policyFaults.not_found({ what: `a record of the request ${request_id}` })
  }
  return { request_id, hits }
}
