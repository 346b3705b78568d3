/** The cluster port: TLS 1.3 with certificates of the cluster's own authority. */
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import { isIPv6 } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { limitPlaces } from '#parts/http/places.ts'
import { peerNode, serverTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { notifierFaults } from '../faults.ts'

/** A cluster has some ten nodes with a few connections each; what is beyond this is an attack. */
const connections_max = 2_048
/** Machines that join have no certificate yet, and are done in a second. */
const place_limits = { strangers_of_network_max: 32, strangers_max: 256, of_node_max: 64 }

export type ClusterPort = AsyncDisposable & {
  readonly address: string
  /** Shows another certificate from now on. */
  show(identity: NodeIdentity): void
}

/** @throws notifier.cannot_listen */
export async function listen(
  address: string,
  identity: NodeIdentity,
  listener: RequestListener,
  clock: Clock,
): Promise<ClusterPort> {
  const server = createServer(
    {
      ...serverTls(identity),
      handshakeTimeout: 10_000,
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 8_192,
      connectionsCheckingInterval: 5_000,
    },
    listener,
  )
  server.maxConnections = connections_max
  limitPlaces(server, place_limits, (socket) => peerNode(socket)?.node_id)
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(notifierFaults.cannot_listen({ address, why: messageOf(cause) }, { cause })),
    )
    server.listen({ port, ...(host === '*' ? {} : { host }) }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
  return {
    address: addressOf(server),
    show: (next) => server.setSecureContext(serverTls(next)),
    [Symbol.asyncDispose]: () => closed(server, clock),
  }
}

export function tlsSocketOf(request: IncomingMessage): TLSSocket {
  // The server takes nothing but TLS.
  return request.socket as TLSSocket
}

function addressOf(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return ''
  return `${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`
}

const drain_ms = 1_000

async function closed(server: Server, clock: Clock): Promise<void> {
  using _limit = clock.after(drain_ms, () => server.closeAllConnections())
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
