/**
 * Places at a port of the cluster: whoever has shown no certificate gets few, and gives them up to those who come later;
 * a node has its own, so that neither strangers nor another node can take them.
 */
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { networkOf } from '#base/address.ts'

export type PlaceLimits = {
  /** Connections without a certificate: from one network (`networkOf`), and together. */
  readonly strangers_of_network_max: number
  readonly strangers_max: number
  readonly of_node_max: number
}

/**
 * Watches all connections of `server`; `nodeOf` names the node behind a certificate, undefined for none. A stranger too
 * many takes the place of the oldest one of its network, else of all: a handshake takes milliseconds, and who only sits
 * there is the one to go. A connection too many of a node is closed.
 */
export function limitPlaces(
  server: Pick<EventEmitter, 'on'>,
  limits: PlaceLimits,
  nodeOf: (socket: TLSSocket) => string | undefined,
): void {
  // In the order in which they came.
  const strangers = new Map<string, { readonly socket: Socket; readonly network: string }>()
  const of_network = counts()
  const of_node = counts()
  const leave = (place: string): void => {
    const stranger = strangers.get(place)
    if (!stranger) return
    strangers.delete(place)
    of_network.add(stranger.network, -1)
  }
  server.on('connection', (socket: Socket) => {
    const place = placeOf(socket)
    const network = networkOf(socket.remoteAddress ?? '')
    leave(place)
    strangers.set(place, { socket, network })
    of_network.add(network, 1)
    // Ends of connections are told late; a place that is used again belongs to whoever came last.
    socket.once('close', () => {
      if (strangers.get(place)?.socket === socket) leave(place)
    })
    const is_over = of_network.get(network) > limits.strangers_of_network_max
    if (!is_over && strangers.size <= limits.strangers_max) return
    for (const [other, stranger] of strangers) {
      if (is_over && stranger.network !== network) continue
      leave(other)
      stranger.socket.destroy()
      break
    }
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    const node = nodeOf(socket)
    if (node === undefined) return
    leave(placeOf(socket))
    if (of_node.get(node) >= limits.of_node_max) {
      socket.destroy()
      return
    }
    of_node.add(node, 1)
    socket.once('close', () => of_node.add(node, -1))
  })
}

/** The same for a connection and for the TLS on it, and no other's meanwhile. */
function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function counts() {
  const known = new Map<string, number>()
  return {
    get: (key: string): number => known.get(key) ?? 0,
    add(key: string, change: number): void {
      const count = (known.get(key) ?? 0) + change
      if (count > 0) known.set(key, count)
      else known.delete(key)
    },
  }
}
