/**
 * ★ Sockets become requests: TCP, then the PROXY header, then TLS, then HTTP/1.1 or HTTP/2,
 * whichever of them a listener has. Node's HTTP servers never listen themselves: they are handed
 * sockets, so that closing a door leaves those inside alone.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Session,
} from 'node:http2'
import { createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { type AddressSet, canonicalAddress } from '#base/address.ts'
import type { World } from '#base/service.ts'
import type { Certificates } from './certificates.ts'
import { type Connection, type ConnectionBounds, connectionBounds } from './connection.ts'
import { httpFaults } from './faults.ts'
import { closeHttp, openHttp } from './listen/http.ts'
import { openHttp2 } from './listen/http2.ts'
import { takeProxyHeader } from './listen/proxy-header.ts'
import { openTls } from './listen/tls.ts'
import type { ParserError } from './refusal.ts'
import { openTcp } from './tcp.ts'

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
  /**
   * A connection was closed before any request: a bound, no PROXY header, a failed TLS handshake.
   * Or later, when too many pipelined requests wait on it ('connections').
   */
  onTurnedAway(reason: 'connections' | 'proxy_header' | 'tls', peer: string): void
}

export type Listening = AsyncDisposable & {
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  readonly is_draining: boolean
  readonly connections: number
  /**
   * Stops accepting. Resolves when every connection has ended by itself, or after `limit_ms`, when
   * what is left is cut. HTTP/2 clients are told to go (GOAWAY); exchanges must say `Connection:
   * close` while `is_draining`.
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

/** What a socket is handed to, and what is known of it. */
export type Servers = { http: Server; http2: Http2Server; tls: TlsServer | undefined }
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

function ignore(): void {}
