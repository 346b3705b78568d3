/**
 * Bytes that Node's strict parser refused: answered with a page like any refusal, counted, and
 * recorded.
 */
import type { Socket } from 'node:net'
import { uuidv7 } from '#base/id.ts'
import type { Hit } from '#model/hit.ts'
import { printable } from '#model/printable.ts'
import type { Connection } from '#parts/http/connection.ts'
import { sayFarewell } from '#parts/http/farewell.ts'
import { renderPage } from '#parts/http/problem.ts'
import { type ParserError, type Refusal, refusalOf, refusalSentence } from '#parts/http/refusal.ts'
import type { Core } from './core.ts'
import { noSite } from './counters.ts'
import { requestRecord } from './hits/request-record.ts'
import { readRawRequest } from './malformed/raw-request.ts'
import { maskRequest } from './masking.ts'

export function onMalformed(
  core: Core,
  error: ParserError,
  connection: Connection,
  socket: Socket,
): void {
  // Node goes on telling of every further packet.
  if (connection.is_over) return
  const refusal = refusalOf(error)
  if (refusal === undefined) {
    if (connection.occupant === undefined && error.code !== 'HPE_CLOSED_CONNECTION')
      socket.destroy()
    return
  }
  connection.is_over = true
  const { occupant } = connection
  if (occupant?.refuse(refusal) === true) return
  const id = uuidv7(core.world.clock.now())
  core.unrouted.requests++
  core.unrouted.abnormal++
  if (core.recorder.mayRecordRefusal(connection.peer))
    core.recorder.keep([malformedHit(core, id, connection, refusal, error.rawPacket)])
  // The request before these bytes is still being answered; with that the connection ends.
  if (occupant !== undefined) return
  const now = core.world.clock.now()
  const page = renderPage(
    {
      status: refusal.status,
      title: 'Request refused',
      detail: `${refusalSentence(refusal.reason)}.`,
      request_id: id,
      node: core.node,
      at: new Date(now).toISOString(),
    },
    '',
  )
  sayFarewell(socket, refusal.status, page, now, core.world.clock, true)
}

function malformedHit(
  core: Core,
  request_id: string,
  connection: Connection,
  refusal: Refusal,
  packet: Buffer | undefined,
): Hit {
  const raw = readRawRequest(packet)
  const masking = maskRequest(raw.uri, raw.headers, raw.body, '')
  return {
    id: uuidv7(core.world.clock.now()),
    request_id,
    at: new Date(core.world.clock.now()).toISOString(),
    node: core.node,
    site: noSite,
    client: connection.peer,
    attack_type: 'protocol',
    rule_ids: [],
    parameter: '',
    target: printable(raw.host),
    value: '',
    decoded_by: [],
    score: 0,
    action: 'refused',
    status: refusal.status,
    reason: refusalSentence(refusal.reason),
    bundle: core.enforcement.policy?.bundle ?? '',
    rule_set: core.enforcement.policy?.compiled.rule_set ?? '',
    matches: [],
    request: requestRecord({
      method: raw.method,
      http_version: raw.http_version,
      masking,
      body_bytes: 0,
      matches: [],
      placeOf: () => undefined,
    }),
  }
}
