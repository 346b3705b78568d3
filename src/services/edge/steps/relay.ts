/**
 * Relay: the request goes to the site's upstream, its answer comes back and takes the exchange on.
 */
import type { Duplex } from 'node:stream'
import type { Fault } from '#base/fault.ts'
import { cutOff } from '#parts/http/farewell.ts'
import { answerHeaders, upstreamHeaders } from '#parts/http/headers.ts'
import type { UpstreamServer } from '#parts/http/pool.ts'
import { type RelayHandler, relay } from '#parts/http/relay.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Answer, Exchange } from '../exchange/state.ts'

export function relayRequest(exchange: Exchange): StepResult {
  const { head, site, core, arrival } = exchange
  if (head === undefined || site === undefined) throw new Error('relay before route')
  if (head.path === '*') return { kind: 'self' }
  const { connection } = arrival
  const inspects = exchange.transaction !== undefined && site.site.inspect_responses
  exchange.relay = relay(
    site.lane.pool,
    {
      method: head.method,
      path: head.path,
      site: site.site.name,
      body: exchange.streamed?.stream ?? exchange.body,
      upgrade: arrival.upgrade === undefined ? undefined : 'websocket',
      headersFor: (server) =>
        upstreamHeaders(
          head,
          {
            request_id: exchange.id,
            client: exchange.client,
            peer: connection.peer,
            is_peer_trusted: core.trusted.has(connection.peer),
            is_tls: connection.is_tls,
            local_port: connection.local_port,
            host: hostFor(server, head.authority, site.site.host_to_upstream),
            via: core.node,
            decodable_only: inspects,
          },
          exchange.streamed !== undefined,
        ),
    },
    new AnswerHandler(exchange),
  )
  return 'wait'
}

function hostFor(server: UpstreamServer, asked: string, choice: 'client' | 'upstream'): string {
  return choice === 'upstream' || asked === '' ? server.authority : asked
}

/**
 * Hears the upstream; before the head it takes the exchange on, afterwards bytes go where `deliver`
 * or `hold` want them.
 */
export class AnswerHandler implements RelayHandler {
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  onHead(status: number, message: string, headers: string[]): void {
    const answer: Answer = {
      status,
      message,
      headers: answerHeaders(headers),
      chunks: [],
      held_bytes: 0,
      has_ended: false,
      trailers: [],
    }
    this.#exchange.answer = answer
    this.#exchange.proceed()
  }

  onData(chunk: Buffer): void {
    this.#exchange.onAnswerData?.(chunk)
  }

  onEnd(trailers: string[]): void {
    const { answer } = this.#exchange
    if (answer === undefined) return
    answer.has_ended = true
    answer.trailers = trailers
    this.#exchange.onAnswerEnd?.()
  }

  onUpgrade(headers: string[], socket: Duplex): void {
    this.#exchange.upgraded = { headers, socket }
    this.#exchange.proceed()
  }

  onFault(fault: Fault): void {
    const exchange = this.#exchange
    if (fault.code === 'http.no_upstream') exchange.counters.upstream_errors++
    if (exchange.is_answered) {
      // Too late for a page: the client must see that the answer is not whole.
      cutOff(exchange.arrival)
      exchange.core.world.log.trouble('edge.answer_broke_off', fault, { request_id: exchange.id })
    } else exchange.proceed({ kind: 'unanswered', fault })
  }

  onServerFailed(_server: UpstreamServer, fault: Fault): void {
    const exchange = this.#exchange
    exchange.counters.upstream_errors++
    exchange.core.world.log.trouble('edge.upstream_failed', fault, {
      request_id: exchange.id,
      method: exchange.head?.method,
    })
  }
}
