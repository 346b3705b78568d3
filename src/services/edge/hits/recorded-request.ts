/** A request without a finding, kept masked so that a candidate policy can be asked about it. */

import { printable } from '#model/printable.ts'
import type { RecordedRequest } from '#model/replay.ts'
import { noSite } from '../counters.ts'
import type { Exchange } from '../exchange/state.ts'
import { bodyBytes, maskedParts } from './masked-parts.ts'
import { cut, requestRecord } from './request-record.ts'

export function recordedRequest(exchange: Exchange): RecordedRequest {
  const { head, core, arrival } = exchange
  return {
    id: exchange.id,
    at: new Date(exchange.at_ms).toISOString(),
    node: core.node,
    site: exchange.site?.site.name ?? noSite,
    host: cut(printable(head?.host ?? ''), 255),
    client: exchange.client,
    action: 'passed',
    request: requestRecord({
      method: head?.method ?? '',
      http_version: head?.version ?? arrival.request.httpVersion,
      masking: maskedParts(exchange).masking,
      body_bytes: bodyBytes(exchange),
      matches: [],
      placeOf: () => undefined,
    }),
  }
}
