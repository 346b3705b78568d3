/**
 * ★ Sockets become requests: TCP, then the PROXY header, then TLS, then HTTP/1.1 or HTTP/2, whichever of them a listener has.
 * Node's HTTP servers never listen themselves: they are handed sockets, so that closing a door leaves those inside alone.
 */
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from 'node:http'
import {
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net'
import { createServer as createTls, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { type AddressSet, canonicalAddress } from '#base/address.ts'
import type { World } from '#base/service.ts'
import type { Certificates } from './certificates.ts'
import { type Connection, type ConnectionBounds, connectionBounds } from './connection.ts'
import { httpFaults } from './faults.ts'
import { takeProxyHeader } from './listen/proxy-header.ts'
import { openTcp } from './listen/tcp.ts'
import type { ParserError } from './refusal.ts'

export type Listener = {
  readonly address: string
  readonly tls: boolean
  readonly proxy_protocol: boolean
}

export type ListenOptions = {
  readonly listeners: readonly Listener[]
  readonly certificates: Certificates | undefined
  readonly trusted: AddressSet
  readonly header_size_max: number
  readonly connections: number
  readonly connections_per_client: number
  readonly header_timeout_ms: number
  readonly idle_timeout_ms: number
}

/** A request whose head Node has read. */
export type Arrival = {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  readonly connection: Connection
  /** The client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1). */
  readonly expects_continue: boolean
  /** What it expects and nobody can meet. */
  readonly has_bad_expectation: boolean
  /** The client asks for a WebSocket: its raw connection, and bytes that came early. */
  readonly upgrade: { readonly socket: Socket; readonly head: Buffer } | undefined
}

/** Who takes what comes in. */
export type Arrivals = {
  onArrival(arrival: Arrival): void
  /** Node's parser refused the bytes. Answer on `socket` and close it. */
  onMalformed(error: ParserError, connection: Connection, socket: Socket): void
  /** A connection was closed before any request: a bound, no PROXY header, a failed TLS handshake. */
  onTurnedAway(reason: 'connections' | 'proxy_header' | 'tls', peer: string): void
}

export type Listening = AsyncDisposable & {
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  readonly is_draining: boolean
  readonly connections: number
  /**
   * Stops accepting. Resolves when every connection has ended by itself, or after `limit_ms`, when what is left is cut.
   * HTTP/2 clients are told to go (GOAWAY); exchanges must say `Connection: close` while `is_draining`.
   */
  drain(limit_ms: number): Promise<void>
}

/** @throws http.cannot_listen, http.no_certificate */
export async function listen(
  options: ListenOptions,
  arrivals: Arrivals,
  world: World,
): Promise<Listening> {
  await using rising = new AsyncDisposableStack()
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const known = new WeakMap<object, Connection>()
  const bounds = connectionBounds({ ...options, isExempt: (a) => options.trusted.has(a) })
  const servers: Servers = {
    http: openHttp(options, arrivals, known),
    http2: openHttp2(arrivals, known, sessions),
    tls: undefined,
  }
  rising.defer(() => closeHttp(servers.http))
  if (options.certificates !== undefined)
    servers.tls = openTls(options, options.certificates, arrivals, known, servers)
  const doors: TcpServer[] = []
  const addresses: { address: string; port: number }[] = []
  let empty: (() => void) | undefined
  for (const listener of options.listeners) {
    if (listener.tls && servers.tls === undefined)
      throw httpFaults.no_certificate({ address: listener.address })
    const door = createTcp({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.on('close', () => {
        sockets.delete(socket)
        if (sockets.size === 0) empty?.()
      })
      socket.on('error', ignore)
      enter(socket, listener, { options, arrivals, bounds, known, servers, world })
    })
    addresses.push(await openTcp(door, listener.address))
    rising.defer(() => void door.close())
    doors.push(door)
  }
  rising.defer(() => {
    for (const socket of sockets) socket.destroy()
  })
  const closing = rising.move()
  let is_draining = false
  return {
    addresses,
    get is_draining() {
      return is_draining
    },
    get connections() {
      return sockets.size
    },
    async drain(limit_ms) {
      is_draining = true
      for (const door of doors) door.close()
      for (const session of sessions) session.close()
      if (sockets.size === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      empty = resolve
      using _limit = world.clock.after(limit_ms, resolve)
      await promise
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

type Servers = { http: Server; http2: Http2Server; tls: TlsServer | undefined }
type Inside = {
  readonly options: ListenOptions
  readonly arrivals: Arrivals
  readonly bounds: ConnectionBounds
  readonly known: WeakMap<object, Connection>
  readonly servers: Servers
  readonly world: World
}

/** A new connection on its way to the right server. */
function enter(socket: Socket, listener: Listener, inside: Inside): void {
  const peer = canonicalAddress(socket.remoteAddress ?? '') ?? ''
  const local = canonicalAddress(socket.localAddress ?? '') ?? ''
  const seat = (client: string, client_port: number): void => {
    if (!inside.bounds.admit(client)) {
      inside.arrivals.onTurnedAway('connections', client)
      socket.destroy()
      return
    }
    socket.once('close', () => inside.bounds.release(client))
    inside.known.set(socket, {
      peer: client,
      peer_port: client_port,
      local,
      local_port: socket.localPort ?? 0,
      is_tls: listener.tls,
      occupant: undefined,
      is_over: false,
    })
    const server = listener.tls ? inside.servers.tls : inside.servers.http
    server?.emit('connection', socket)
    // A socket that was read from by hand stays paused; TLS has taken it over by other means.
    if (listener.proxy_protocol && !listener.tls) socket.resume()
  }
  if (!listener.proxy_protocol) {
    seat(peer, socket.remotePort ?? 0)
    return
  }
  const refuse = (): void => {
    inside.arrivals.onTurnedAway('proxy_header', peer)
    socket.destroy()
  }
  if (!inside.options.trusted.has(peer)) refuse()
  else
    takeProxyHeader(socket, inside.options.header_timeout_ms, inside.world.clock, (source) => {
      if (source === 'bad') refuse()
      else seat(source?.address ?? peer, source?.port ?? socket.remotePort ?? 0)
    })
}

function openHttp(
  options: ListenOptions,
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
): Server {
  const server = createHttp({
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
  // Zero: Node must not leave out fields in silence; `header_size_max` bounds them and we count them.
  server.maxHeadersCount = 0
  const arrive = (
    request: IncomingMessage,
    response: ServerResponse,
    expects_continue: boolean,
    has_bad_expectation: boolean,
  ): void => {
    const connection = known.get(request.socket)
    if (connection === undefined) request.socket.destroy()
    else
      arrivals.onArrival({
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
  const onRaw = (request: IncomingMessage, stream: unknown, head: Buffer): void => {
    const socket = stream as Socket
    const connection = known.get(socket)
    if (connection === undefined) {
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

/** Only a real WebSocket handshake leaves HTTP; other upgrades are ignored, as RFC 9110, section 7.8 allows. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
}

function openHttp2(
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
  sessions: Set<ServerHttp2Session>,
): Http2Server {
  const server = createHttp2({
    settings: { maxConcurrentStreams: 128, maxHeaderListSize: 65_536 },
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
  })
  const arrive = (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    expects_continue: boolean,
    has_bad_expectation: boolean,
  ): void => {
    const connection = request.stream.session && known.get(request.stream.session)
    if (connection === undefined) request.stream.close()
    else
      arrivals.onArrival({
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
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', ignore)
  })
  server.on('sessionError', ignore)
  return server
}

function openTls(
  options: ListenOptions,
  certificates: Certificates,
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
  servers: Servers,
): TlsServer {
  const server = createTls(
    {
      ...certificates.first,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: options.header_timeout_ms,
      SNICallback: (name, done) => done(null, certificates.contextFor(name)),
    },
    (socket) => {
      const connection = pending.get(rawOf(socket))
      if (connection === undefined) {
        socket.destroy()
        return
      }
      socket.on('error', ignore)
      known.set(socket, connection)
      if (socket.alpnProtocol === 'h2') {
        servers.http2.once('session', (session) => {
          known.set(session, connection)
          session.setTimeout(options.idle_timeout_ms, () => session.close())
        })
        servers.http2.emit('connection', socket)
      } else servers.http.emit('connection', socket)
    },
  )
  // A TLS socket does not tell which socket it stands on; the pair of ends does.
  const pending = new Map<string, Connection>()
  const rawOf = (socket: Socket): string =>
    `${socket.remotePort}/${socket.localPort}/${socket.remoteAddress}`
  server.on('connection', (socket: Socket) => {
    const key = rawOf(socket)
    const connection = known.get(socket)
    if (connection !== undefined) pending.set(key, connection)
    socket.once('close', () => pending.delete(key))
  })
  server.on('tlsClientError', (_error, socket: TLSSocket) => {
    arrivals.onTurnedAway('tls', canonicalAddress(socket.remoteAddress ?? '') ?? '')
    socket.destroy()
  })
  return server
}

/** Stops the timer of slow headers; the server itself holds no socket of its own. */
function closeHttp(server: Server): void {
  server.on('error', ignore)
  server.close(ignore)
  server.closeAllConnections()
}

function ignore(): void {}
