/**
 * Deliver: the upstream's answer goes to the client, byte by byte as it comes, no faster than the
 * client reads.
 */
import type { ServerResponse } from 'node:http'
import { messageOf } from '#base/fault.ts'
import { cutOff } from '#parts/http/farewell.ts'
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
  exchange.onAnswerEnd = () => end(response, answer)
  const held = answer.chunks.splice(0)
  for (const chunk of held) write(exchange, response, chunk)
  if (answer.has_ended) end(response, answer)
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

function end(response: ServerResponse, answer: Answer): void {
  if (answer.trailers.length > 0) {
    const pairs: [string, string][] = []
    for (let i = 0; i < answer.trailers.length; i += 2)
      pairs.push([answer.trailers[i] ?? '', answer.trailers[i + 1] ?? ''])
    response.addTrailers(pairs)
  }
  response.end()
}
