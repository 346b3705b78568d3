/**
 * Deliver: the upstream's answer goes to the client, byte by byte as it comes, no faster than the
 * client reads.
 */
import type { ServerResponse } from 'node:http'
import { messageOf } from '#base/fault.ts'
import { cutOff, declineRest, lingerAtEnd } from '#parts/http/farewell.ts'
import { httpFaults } from '#parts/http/faults.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Answer, Exchange } from '../exchange/state.ts'
import { openTunnel } from './tunnel.ts'

export function deliver(exchange: Exchange): StepResult {
  if (exchange.upgraded !== undefined) return openTunnel(exchange, exchange.upgraded)
  const { answer, arrival } = exchange
  if (answer === undefined) throw new Error('deliver before relay')
  const response = arrival.response as ServerResponse
  const { headers } = answer
  headers.push('x-request-id', exchange.id)
  if (exchange.head?.version !== '2.0' && !exchange.isRead()) {
    // Whether the rest of the request comes is the client's to say: nothing can follow it.
    arrival.connection.is_over = true
    lingerAtEnd(arrival.request.socket, exchange.core.world.clock)
  }
  const is_last = arrival.connection.is_over || exchange.core.isDraining()
  if (is_last && exchange.head?.version !== '2.0') headers.push('connection', 'close')
  try {
    if (exchange.head?.version === '2.0') response.writeHead(answer.status, headers)
    else response.writeHead(answer.status, answer.message, headers)
  } catch (cause) {
    exchange.counters.upstream_errors++
    const facts = { url: exchange.site?.site.name ?? '', state: messageOf(cause) }
    return { kind: 'unanswered', fault: httpFaults.upstream_broken(facts, { cause }) }
  }
  exchange.is_answered = true
  exchange.status = answer.status
  exchange.onAnswerData = (chunk) => write(exchange, response, chunk)
  exchange.onAnswerEnd = () => end(exchange, response, answer)
  const held = answer.chunks.splice(0)
  for (const chunk of held) write(exchange, response, chunk)
  if (answer.has_ended) end(exchange, response, answer)
  return 'wait'
}

function write(exchange: Exchange, response: ServerResponse, chunk: Buffer): void {
  exchange.bytes_out += chunk.length
  if (response.write(chunk) || exchange.is_paused) return
  exchange.is_paused = true
  exchange.relay?.pause()
  const { clock } = exchange.core.world
  // A client that stops reading would hold the upstream's connection for ever.
  const patience = clock.after(exchange.core.settings.timeouts.idle, () => cutOff(exchange.arrival))
  const calm = (): void => patience[Symbol.dispose]()
  // An answer that has ended meanwhile never tells of 'drain', and its connection may live on.
  response.once('finish', calm)
  response.once('close', calm)
  response.once('drain', () => {
    calm()
    response.off('finish', calm)
    response.off('close', calm)
    exchange.is_paused = false
    exchange.relay?.resume()
  })
}

/**
 * Trailer fields that would change how the message is framed or routed are left out (RFC 9110,
 * section 6.5.1), and those no server may write.
 */
function end(exchange: Exchange, response: ServerResponse, answer: Answer): void {
  const trailers: [string, string][] = []
  for (let i = 0; i < answer.trailers.length; i += 2) {
    const name = (answer.trailers[i] ?? '').toLowerCase()
    if (!untold.has(name)) trailers.push([name, answer.trailers[i + 1] ?? ''])
  }
  try {
    if (trailers.length > 0)
      response.addTrailers(
        exchange.head?.version === '2.0' ? Object.fromEntries(trailers) : trailers,
      )
  } catch (error) {
    exchange.core.world.log.trouble('edge.trailers_lost', error, { request_id: exchange.id })
  }
  response.end()
  if (exchange.head?.version !== '2.0' || exchange.isRead()) return
  exchange.streamed?.stream.destroy()
  declineRest(exchange.arrival)
}

const untold: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
  'host',
])
