/** Two calls, JSON in and out; a fault becomes a problem (RFC 9457) with the status that tells the sender what to do. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Fault } from '#base/fault.ts'
import type { Log } from '#base/log.ts'
import type { Problem } from '#model/problem.ts'
import { analyticsFaults } from '../faults.ts'
import { readJson } from './body.ts'
import type { Doorman, Sender } from './doorman.ts'

/** What a call answers; undefined is 204. */
export type Call = (body: unknown, sender: Sender) => Promise<object | undefined>

/** Batches that are stored at once; senders wait and come again. */
const calls_max = 16

/** Of one node, from head to answer: bodies that it sends slowly hold up only itself. A courier sends one at a time. */
const calls_of_node_max = 4

const statuses: Readonly<Record<string, number>> = {
  'analytics.not_for_browsers': 403,
  'analytics.certificate_needed': 401,
  'analytics.revoked': 403,
  'analytics.wrong_node': 403,
  'analytics.older_than_edge': 426,
  'analytics.no_such_call': 404,
  'analytics.wrong_method': 405,
  'analytics.wrong_media': 415,
  'analytics.too_large': 413,
  'analytics.cut_short': 400,
  'analytics.not_json': 400,
  'analytics.wrong_shape': 400,
  'records.bad_value': 400,
  'analytics.busy': 503,
  'analytics.node_busy': 503,
  'records.unavailable': 503,
}

/** Answers POST requests by their path. */
export function answerCalls(
  calls: Readonly<Record<string, Call>>,
  doorman: Doorman,
  log: Log,
): RequestListener {
  let running = 0
  const takeTurn = nodeTurns()
  const answer = async (request: IncomingMessage): Promise<object | undefined> => {
    const { method = '', headers } = request
    const path = (request.url ?? '').slice(0, 100)
    // Without certificates nearness is enough; a page in a browser of this machine is near too, but always names itself.
    if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
      throw analyticsFaults.not_for_browsers({ origin: String(headers.origin).slice(0, 100) })
    }
    const sender = doorman(request)
    const call = Object.hasOwn(calls, path) ? calls[path] : undefined
    if (!call) throw analyticsFaults.no_such_call({ method, path })
    if (method !== 'POST') throw analyticsFaults.wrong_method({ method, path })
    using _turn = takeTurn(sender)
    const body = await readJson(request)
    if (running >= calls_max) throw analyticsFaults.busy({ batches_max: calls_max })
    running += 1
    try {
      return await call(body, sender)
    } finally {
      running -= 1
    }
  }
  return async (request, response) => {
    try {
      send(response, 200, 'application/json', await answer(request))
    } catch (error) {
      const status = error instanceof Fault ? (statuses[error.code] ?? 500) : 500
      if (status === 500) log.trouble('analytics.failed', error)
      // What is left of the body is not read: the connection cannot be used again.
      if (!request.complete) response.setHeader('connection', 'close')
      if (status === 503) response.setHeader('retry-after', '1')
      if (status === 405) response.setHeader('allow', 'POST')
      send(response, status, 'application/problem+json', problemOf(error, status))
    }
  }
}

/** @throws (what it returns) analytics.node_busy */
function nodeTurns(): (sender: Sender) => Disposable {
  const counts = new Map<string, number>()
  return ({ node = '' }) => {
    const count = counts.get(node) ?? 0
    if (count >= calls_of_node_max) {
      throw analyticsFaults.node_busy({ node, batches_max: calls_of_node_max })
    }
    counts.set(node, count + 1)
    return {
      [Symbol.dispose]() {
        const left = (counts.get(node) ?? 1) - 1
        if (left > 0) counts.set(node, left)
        else counts.delete(node)
      },
    }
  }
}

function problemOf(error: unknown, status: number): Problem {
  const is_fault = error instanceof Fault
  return {
    type: 'about:blank',
    title: is_fault ? error.message : 'Something unforeseen went wrong; the log says what',
    status,
    code: is_fault ? error.code : 'analytics.failed',
  }
}

function send(response: ServerResponse, status: number, media: string, body?: object): void {
  if (!body) {
    response.writeHead(204).end()
    return
  }
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': media, 'content-length': text.length }).end(text)
}
