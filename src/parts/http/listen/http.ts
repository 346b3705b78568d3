/**
 * The HTTP/1.1 server that sockets are handed to: Node's strict parser, with nothing left out in
 * silence.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection } from '../connection.ts'
import type { Arrivals, ListenOptions } from '../listen.ts'
import type { ParserError } from '../refusal.ts'
import { type Line, oneAtATime } from './line.ts'

export function openHttp(
  options: ListenOptions,
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
): Server {
  const server = createServer({
    maxHeaderSize: options.header_size_max,
    headersTimeout: options.header_timeout_ms,
    // Bodies have their own clock: silence, not the whole, is what is bounded.
    requestTimeout: 0,
    keepAliveTimeout: options.idle_timeout_ms,
    connectionsCheckingInterval: Math.min(1000, Math.ceil(options.header_timeout_ms / 4)),
    insecureHTTPParser: false,
    // A missing Host gets our page, not Node's bare 400.
    requireHostHeader: false,
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: isWebSocket,
  })
  // Zero: Node must not leave out fields in silence; `header_size_max` bounds them and we count
  // them.
  server.maxHeadersCount = 0
  const line = oneAtATime(arrivals)
  const arrive = (
    request: IncomingMessage,
    response: ServerResponse,
    expects_continue: boolean,
    has_bad_expectation: boolean,
  ): void => {
    const connection = known.get(request.socket)
    if (connection === undefined) request.socket.destroy()
    else
      line.enter({
        request,
        response,
        connection,
        expects_continue,
        has_bad_expectation,
        upgrade: undefined,
      })
  }
  server.on('request', (request, response) => arrive(request, response, false, false))
  server.on('checkContinue', (request, response) => arrive(request, response, true, false))
  server.on('checkExpectation', (request, response) => arrive(request, response, false, true))
  const onRaw = rawArrival(arrivals, known, line)
  server.on('upgrade', onRaw)
  server.on('connect', onRaw)
  server.on('clientError', (error: ParserError, stream) => {
    const socket = stream as Socket
    const connection = known.get(socket)
    if (connection === undefined || socket.destroyed) socket.destroy()
    else arrivals.onMalformed(error, connection, socket)
  })
  // Starts Node's check of slow headers, which a server that never listens does not get by itself.
  server.emit('listening')
  return server
}

/** What leaves HTTP/1.1 comes with its bare socket: an answer must be put on it by hand. */
function rawArrival(arrivals: Arrivals, known: WeakMap<object, Connection>, line: Line) {
  return (request: IncomingMessage, stream: unknown, head: Buffer): void => {
    const socket = stream as Socket
    const connection = known.get(socket)
    // Its answer would run into those that are still to be given.
    if (connection === undefined || line.isBusy(connection)) {
      socket.destroy()
      return
    }
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.on('finish', () => socket.end())
    arrivals.onArrival({
      request,
      response,
      connection,
      expects_continue: false,
      has_bad_expectation: false,
      upgrade: { socket, head },
    })
  }
}

/**
 * Only a real WebSocket handshake leaves HTTP; other upgrades are ignored, as RFC 9110, section 7.8
 * allows.
 */
function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
}

/** Stops the timer of slow headers; the server itself holds no socket of its own. */
export function closeHttp(server: Server): void {
  server.on('error', ignore)
  server.close(ignore)
  server.closeAllConnections()
}

function ignore(): void {}
