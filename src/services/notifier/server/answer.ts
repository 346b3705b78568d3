/** Calls of the cluster port by method and path; a fault becomes a problem (RFC 9457) with a stable code. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Fault } from '#base/fault.ts'
import type { Log } from '#base/log.ts'
import type { Problem } from '#model/problem.ts'
import { notifierFaults } from '../faults.ts'

/** `argument`: the last part of the path. Answers JSON, bytes, nothing (204), or by itself (`'answered'`). */
export type Call = (
  request: IncomingMessage,
  response: ServerResponse,
  argument: string,
) => Promise<object | Uint8Array | 'answered' | undefined>

const statuses: Readonly<Record<string, number>> = {
  'notifier.no_such_call': 404,
  'notifier.wrong_media': 415,
  'notifier.too_large': 413,
  'notifier.cut_short': 400,
  'notifier.not_json': 400,
  'notifier.malformed': 400,
  'notifier.certificate_needed': 401,
  'notifier.unknown_node': 403,
  'notifier.revoked': 403,
  'notifier.off_list': 409,
  'notifier.name_taken': 409,
  'notifier.token_unknown': 403,
  'notifier.token_used': 409,
  'notifier.token_expired': 410,
  'notifier.token_withdrawn': 410,
  'notifier.too_many_joins': 429,
  'notifier.too_many_nodes': 409,
  'notifier.protocol_too_old': 426,
  'notifier.protocol_too_new': 426,
  'notifier.no_stream': 409,
  'notifier.no_such_file': 404,
  'notifier.not_ready': 503,
  'identity.bad_request': 400,
  'identity.clock_wrong': 503,
  'records.bad_value': 400,
  'records.unavailable': 503,
}

/** Keys are `METHOD /path`; one that ends in `/` takes what follows as its argument. */
export function answerCalls(calls: Readonly<Record<string, Call>>, log: Log): RequestListener {
  return async (request, response) => {
    try {
      const { method = '', url = '' } = request
      const [key, argument] = keyOf(method, url, calls)
      const call = Object.hasOwn(calls, key) ? calls[key] : undefined
      if (!call) throw notifierFaults.no_such_call({ method, path: url.slice(0, 100) })
      const answer = await call(request, response, argument)
      if (answer !== 'answered') send(response, answer)
    } catch (error) {
      refuse(error, request, response, log)
    }
  }
}

function keyOf(
  method: string,
  url: string,
  calls: Readonly<Record<string, Call>>,
): readonly [key: string, argument: string] {
  const folder = `${method} ${url.slice(0, url.lastIndexOf('/') + 1)}`
  if (Object.hasOwn(calls, folder)) return [folder, url.slice(url.lastIndexOf('/') + 1)]
  return [`${method} ${url}`, '']
}

function send(response: ServerResponse, answer: object | Uint8Array | undefined): void {
  if (response.destroyed) return
  if (answer === undefined) {
    response.writeHead(204).end()
    return
  }
  const is_bytes = answer instanceof Uint8Array
  const bytes = is_bytes ? answer : Buffer.from(JSON.stringify(answer))
  const media = is_bytes ? 'application/octet-stream' : 'application/json'
  response.writeHead(200, { 'content-type': media, 'content-length': bytes.length }).end(bytes)
}

function refuse(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): void {
  const status = error instanceof Fault ? (statuses[error.code] ?? 500) : 500
  if (status === 500) log.trouble('notifier.failed', error)
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const is_told = error instanceof Fault && status !== 500
  const problem: Problem = {
    type: 'about:blank',
    title: is_told ? sentenceOf(error) : 'Something unforeseen went wrong; the log says what',
    status,
    detail: is_told ? sentenceOf(error) : '',
    code: is_told ? error.code : 'notifier.bug',
  }
  // What is left of the body is not read: the connection cannot be used again.
  if (!request.complete) response.setHeader('connection', 'close')
  const wait = error instanceof Fault ? error.facts['retry_after_s'] : undefined
  if (wait !== undefined || status === 503) response.setHeader('retry-after', String(wait ?? 1))
  const bytes = Buffer.from(JSON.stringify(problem))
  response
    .writeHead(status, {
      'content-type': 'application/problem+json',
      'content-length': bytes.length,
    })
    .end(bytes)
}

/** The database's own words may name hosts of the inside. */
function sentenceOf(fault: Fault): string {
  return fault.code === 'records.unavailable'
    ? 'Cannot reach the database: the log of the policy server has the reason'
    : fault.message
}
