/** Who was cut off: servers ask before they answer, and what such a node has open is closed at once. */
import type { Duplex } from 'node:stream'

export type Revocations = {
  /** All nodes whose certificates no longer count; replaces what was told before. */
  set(node_ids: Iterable<string>): void
  has(node_id: string): boolean
  /** Ties a connection to its node, until one of them ends. May be called again for the same one. */
  watch(socket: Pick<Duplex, 'once' | 'destroy'>, node_id: string): void
}

export function revocations(): Revocations {
  type Socket = Parameters<Revocations['watch']>[0]
  let revoked: ReadonlySet<string> = new Set()
  const open = new Map<string, Set<Socket>>()
  return {
    set(node_ids) {
      revoked = new Set(node_ids)
      for (const node_id of revoked) for (const socket of open.get(node_id) ?? []) socket.destroy()
    },
    has: (node_id) => revoked.has(node_id),
    watch(socket, node_id) {
      if (revoked.has(node_id)) return void socket.destroy()
      const sockets = open.get(node_id) ?? new Set()
      if (sockets.has(socket)) return
      open.set(node_id, sockets.add(socket))
      socket.once('close', () => {
        sockets.delete(socket)
        if (sockets.size === 0 && open.get(node_id) === sockets) open.delete(node_id)
      })
    },
  }
}
