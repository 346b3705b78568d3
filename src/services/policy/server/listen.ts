/** The sockets: TCP with or without TLS for browsers, and a unix socket for the command line on this machine. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { isLoopback } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import type { CertificateFiles } from '#parts/identity/certificates.ts'
import { policyFaults } from '../faults.ts'

export type Address = { readonly host: string | undefined; readonly port: number }

/** `*:8443` → every address; `[::1]:8443` → `::1`. */
export function addressOf(listen: string): Address {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { host: host === '*' ? undefined : host, port: Number(listen.slice(colon + 1)) }
}

export function isLocalAddress(host: string | undefined): boolean {
  return host !== undefined && (host === 'localhost' || isLoopback(host))
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 5_000,
} as const
/** The console is for a few people; more connections than this are an attack on it. */
const connections_max = 1_000
/** How long answers under way may take when we stop. */
const patience_ms = 2_000

type Listening = AsyncDisposable & { readonly port: number }

/** Throws `policy.cannot_listen`. */
export async function listenTcp(
  handler: RequestListener,
  address: Address,
  tls: CertificateFiles | undefined,
  clock: Clock,
): Promise<Listening> {
  const server = tls
    ? createTlsServer({ ...limits, ...tls, minVersion: 'TLSv1.2' }, handler)
    : createServer(limits, handler)
  server.maxConnections = connections_max
  await opened(server, address.host === undefined ? { port: address.port } : address)
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: () => closed(server, clock) }
}

export type LocalSocket = AsyncDisposable & {
  /** Did the request come through this socket? Nothing that a client sends can make it so. */
  readonly has: (request: IncomingMessage) => boolean
  /** From now on it answers. Throws `policy.cannot_listen`, `policy.socket_in_use`. */
  open(handler: RequestListener): Promise<void>
}

/** Only its owner may connect (0600), so whoever does is trusted like the owner. */
export function localSocket(path: string, clock: Clock): LocalSocket {
  const sockets = new WeakSet<Socket>()
  let server: Server | undefined
  return {
    has: (request) => sockets.has(request.socket),
    async open(handler) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      if (await answers(path)) throw policyFaults.socket_in_use({ path })
      await rm(path, { force: true })
      const opening = createServer(limits, handler)
      opening.prependListener('connection', (socket) => sockets.add(socket))
      await opened(opening, { path })
      server = opening
      await chmod(path, 0o600)
    },
    async [Symbol.asyncDispose]() {
      if (server) await closed(server, clock)
    },
  }
}

function opened(
  server: Server | TlsServer,
  where: { readonly path: string } | { readonly host?: string | undefined; readonly port: number },
): Promise<void> {
  const address = 'path' in where ? where.path : `${where.host ?? '*'}:${where.port}`
  return new Promise((resolve, reject) => {
    // sun_path of unix(7) has 108 bytes with the ending zero; Node would cut a longer one in silence.
    if ('path' in where && Buffer.byteLength(where.path) > 107) {
      reject(policyFaults.cannot_listen({ address, reason: 'the path is longer than 107 bytes' }))
      return
    }
    server.once('error', (cause) =>
      reject(policyFaults.cannot_listen({ address, reason: messageOf(cause) }, { cause })),
    )
    server.listen(where, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

/** New connections are refused at once, answers under way may finish, then everything is cut. */
async function closed(server: Server | TlsServer, clock: Clock): Promise<void> {
  const gone = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  using _patience = clock.after(patience_ms, () => server.closeAllConnections())
  await gone
}

/** A socket file may be left over from a process that was killed: ask it. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
