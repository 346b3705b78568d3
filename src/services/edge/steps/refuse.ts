/**
 * Refuse: what a client gets instead of the upstream's answer. Never throws; a client that is half
 * served is cut off.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { cutOff, declineRest, sayFarewell } from '#parts/http/farewell.ts'
import { headField } from '#parts/http/headers.ts'
import {
  customPage,
  type ProblemPage,
  type RenderedPage,
  renderPage,
  wantsHtml,
} from '#parts/http/problem.ts'
import { refusalSentence } from '#parts/http/refusal.ts'
import { type Outcome, statusOf } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function refuse(exchange: Exchange, outcome: Outcome): void {
  if (outcome.kind === 'gone' || exchange.is_answered || isDrop(outcome)) {
    cutOff(exchange.arrival)
    return
  }
  exchange.is_answered = true
  exchange.status = statusOf(outcome, exchange.site?.site.block_status ?? 403)
  const page =
    ownPage(exchange, outcome) ?? renderPage(pageOf(exchange, outcome), acceptOf(exchange))
  if (outcome.kind === 'blocked' && outcome.intervention.location !== undefined)
    page.headers.push('location', outcome.intervention.location)
  if (outcome.kind === 'limited') page.headers.push('retry-after', String(outcome.retry_after_s))
  else if (exchange.status === 503) page.headers.push('retry-after', '5')
  const is_head = exchange.arrival.request.method === 'HEAD'
  const is_empty = exchange.status === 204 || exchange.status === 304
  // The first two fields are the type and the length of a body that is not there.
  if (is_empty) page.headers.splice(0, 4)
  const is_bare = is_head || is_empty
  exchange.bytes_out = is_bare ? 0 : page.body.length
  if (exchange.arrival.request.httpVersionMajor === 2)
    answer2(exchange, page.headers, is_bare ? undefined : page.body)
  else answer1(exchange, page, is_bare)
}

function answer2(exchange: Exchange, headers: string[], body: Buffer | undefined): void {
  const response = exchange.arrival.response as Http2ServerResponse
  response.writeHead(exchange.status, headers)
  if (body === undefined) response.end()
  else response.end(body)
  if (!exchange.isRead()) declineRest(exchange.arrival)
}

function answer1(exchange: Exchange, page: RenderedPage, is_bare: boolean): void {
  const { request, connection } = exchange.arrival
  const response = exchange.arrival.response as ServerResponse
  const is_read = exchange.isRead()
  if (!is_read && response.socket !== null) {
    const { clock } = exchange.core.world
    request.resume()
    connection.is_over = true
    sayFarewell(response.socket, exchange.status, page, exchange.at_ms, clock, !is_bare)
    return
  }
  if (!is_read || connection.is_over || exchange.core.isDraining())
    page.headers.push('connection', 'close')
  // The words of an upstream's status may still stand there.
  response.writeHead(exchange.status, STATUS_CODES[exchange.status] ?? '', page.headers)
  if (is_bare) response.end()
  else response.end(page.body)
}

function isDrop(outcome: Outcome): boolean {
  return outcome.kind === 'blocked' && outcome.intervention.kind === 'drop'
}

function acceptOf(exchange: Exchange): string {
  return exchange.head === undefined ? '' : headField(exchange.head, 'accept')
}

/** The block page of the site, for people; programs get words that they can read. */
function ownPage(exchange: Exchange, outcome: Outcome): RenderedPage | undefined {
  const template = exchange.site?.compiled.block_page
  const is_block =
    outcome.kind === 'blocked' || outcome.kind === 'overlimit' || outcome.kind === 'listed'
  if (template === undefined || !is_block || !wantsHtml(acceptOf(exchange))) return undefined
  return customPage(
    template.render({
      request_id: exchange.id,
      client: exchange.client,
      node: exchange.core.node,
      site: exchange.site?.site.name ?? '',
      at: new Date(exchange.at_ms).toISOString(),
    }),
    exchange.id,
  )
}

function pageOf(exchange: Exchange, outcome: Outcome): ProblemPage {
  const [title, detail] = words(outcome)
  return {
    status: exchange.status,
    title,
    detail,
    request_id: exchange.id,
    node: exchange.core.node,
    at: new Date(exchange.at_ms).toISOString(),
  }
}

function words(outcome: Outcome): readonly [title: string, detail: string] {
  switch (outcome.kind) {
    case 'refused':
      return ['Request refused', `${refusalSentence(outcome.refusal.reason)}.`]
    case 'listed':
      return ['Request refused', 'This site takes no requests from your address at the moment.']
    case 'limited':
      return ['Too many requests', 'That was too much at once; wait a moment and try again.']
    case 'blocked':
    case 'overlimit':
      return [
        'Request blocked',
        'This request looks like an attack. If it is not, tell the owner of this site the request number below.',
      ]
    case 'faulted':
      return [
        'Request not served',
        'The gateway could not inspect this request, so it was not passed on.',
      ]
    case 'unanswered':
      return outcome.fault.code === 'http.upstream_silent'
        ? ['No answer in time', 'The site did not answer in time.']
        : ['No answer', 'The site cannot be reached at the moment.']
    case 'self':
    case 'gone':
      return ['', '']
    default:
      return outcome satisfies never
  }
}
