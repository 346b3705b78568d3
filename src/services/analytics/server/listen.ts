/** The socket that edges deliver to: TLS 1.3 with certificates of the cluster, or plain HTTP on a loopback address. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import { isIPv6 } from 'node:net'
import { isLoopback } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { limitPlaces } from '#parts/http/places.ts'
import { peerNode, serverTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { analyticsFaults } from '../faults.ts'

const connections_max = 512
/** Nobody without a certificate has anything to do here; each node has one connection, some while it restarts. */
const place_limits = { strangers_of_network_max: 32, strangers_max: 128, of_node_max: 32 }

/** Our certificate is renewed while we run. */
const renewal_ms = 1_000

/**
 * Takes requests from now on; resolves with the address as `host:port`.
 * @throws analytics.cannot_listen, analytics.tls_needed
 */
export async function listen(
  address: string,
  listener: RequestListener,
  clock: Clock,
  identity?: () => NodeIdentity,
): Promise<AsyncDisposable & { readonly address: string }> {
  const options = {
    // Edges are few and near: whoever is slower than this is none of them.
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 8_192,
  }
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  if (!identity && host !== 'localhost' && !isLoopback(host)) {
    throw analyticsFaults.tls_needed({ address })
  }
  const server = identity
    ? new TlsServer({ ...options, ...serverTls(identity()), handshakeTimeout: 10_000 }, listener)
    : createServer(options, listener)
  server.maxConnections = connections_max
  if (server instanceof TlsServer) {
    limitPlaces(server, place_limits, (socket) => peerNode(socket)?.node_id)
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(analyticsFaults.cannot_listen({ address, why: messageOf(cause) }, { cause })),
    )
    server.listen({ port, ...(host === '*' ? {} : { host }) }, resolve)
  })
  const renewal =
    identity && server instanceof TlsServer ? showNewest(server, identity, clock) : undefined
  return {
    address: addressOf(server),
    [Symbol.asyncDispose]: () => {
      renewal?.[Symbol.dispose]()
      return close(server, clock)
    },
  }
}

function showNewest(server: TlsServer, identity: () => NodeIdentity, clock: Clock): Disposable {
  let shown = identity().certificate
  return clock.every(renewal_ms, () => {
    const now = identity()
    if (now.certificate === shown) return
    shown = now.certificate
    server.setSecureContext(serverTls(now))
  })
}

function addressOf(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return ''
  return `${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`
}

/** A batch is stored well within this; what is cut off comes again. */
const drain_ms = 5_000

/** Requests under way are answered, for a while; connections that only wait are closed. */
async function close(server: Server, clock: Clock): Promise<void> {
  using _limit = clock.after(drain_ms, () => server.closeAllConnections())
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
