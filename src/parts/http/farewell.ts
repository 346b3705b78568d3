/**
 * The ends of a conversation: a last answer on a connection whose bytes cannot be trusted or are
 * not all read.
 */
import { STATUS_CODES } from 'node:http'
import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock } from '#base/clock.ts'
import type { Arrival } from './listen.ts'
import type { RenderedPage } from './problem.ts'

/**
 * How long a client may still send what it has begun; it must be able to read the answer before the
 * reset.
 */
const linger_ms = 2000

/**
 * Writes a whole HTTP/1.1 answer with `Connection: close`, then lets the client finish for a moment
 * (RFC 9112, section 9.6): to close at once would reset the connection and take the answer with it.
 */
export function sayFarewell(
  socket: Socket,
  status: number,
  page: RenderedPage,
  at_ms: number,
  clock: Clock,
  has_body: boolean,
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const date = new Date(at_ms).toUTCString()
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ndate: ${date}\r\n`
  for (let i = 0; i < page.headers.length; i += 2)
    head += `${page.headers[i]}: ${page.headers[i + 1]}\r\n`
  socket.cork()
  socket.write(`${head}\r\n`, 'latin1')
  if (has_body) socket.write(page.body)
  socket.uncork()
  linger(socket, clock)
}

/**
 * Has Node end the connection in the same way after an answer that says `Connection: close` while
 * its request is still coming.
 */
export function lingerAtEnd(socket: Socket, clock: Clock): void {
  socket.destroySoon = () => linger(socket, clock)
}

function linger(socket: Socket, clock: Clock): void {
  socket.end()
  const timer = clock.after(linger_ms, () => socket.destroy())
  socket.once('close', () => timer[Symbol.dispose]())
}

/**
 * After a whole answer on HTTP/2: what still comes of the request is not wanted (RFC 9113, section
 * 8.1).
 */
export function declineRest({ request, response }: Pick<Arrival, 'request' | 'response'>): void {
  request.resume()
  if (!('stream' in response)) return
  const { stream } = response
  stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
}

/** Ends an exchange so that its client sees that it is not whole; on HTTP/2 only its own stream. */
export function cutOff({ request, response }: Pick<Arrival, 'request' | 'response'>): void {
  if ('stream' in request) request.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  else {
    if ('destroy' in response) response.destroy()
    // An answer that waits behind another on the same connection has no socket of its own.
    request.socket.destroy()
  }
}
