/**
 * Tunnel: a WebSocket that the upstream accepted; bytes flow both ways, unread, until either side
 * ends.
 */
import { Socket } from 'node:net'
import { answerHeaders } from '#parts/http/headers.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

const keepalive_ms = 60_000

export function openTunnel(
  exchange: Exchange,
  upgraded: NonNullable<Exchange['upgraded']>,
): StepResult {
  const raw = exchange.arrival.upgrade
  if (raw === undefined) throw new Error('upgrade without asking')
  const client = raw.socket
  const upstream = upgraded.socket
  const response = exchange.arrival.response
  if ('detachSocket' in response) response.detachSocket(client)
  const headers = answerHeaders(upgraded.headers)
  headers.push('x-request-id', exchange.id, 'connection', 'Upgrade', 'upgrade', 'websocket')
  let lines = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (let i = 0; i < headers.length; i += 2) lines += `${headers[i]}: ${headers[i + 1]}\r\n`
  exchange.is_answered = true
  exchange.status = 101
  client.write(`${lines}\r\n`, 'latin1')
  if (raw.head.length > 0) upstream.write(raw.head)
  const close = (): void => {
    client.destroy()
    upstream.destroy()
    exchange.core.finish(exchange)
  }
  // A peer that vanished without a word would hold the tunnel for ever.
  client.setKeepAlive(true, keepalive_ms)
  if (upstream instanceof Socket) upstream.setKeepAlive(true, keepalive_ms)
  client.on('error', close)
  client.on('close', close)
  upstream.on('error', close)
  upstream.on('close', close)
  client.on('data', (chunk: Buffer) => void (exchange.bytes_in += chunk.length))
  upstream.on('data', (chunk: Buffer) => void (exchange.bytes_out += chunk.length))
  client.pipe(upstream)
  upstream.pipe(client)
  client.resume()
  return 'wait'
}
