/** One client connection: whom it comes from, and what is under way on it. */

import type { Refusal } from './refusal.ts'

/**
 * The exchange under way on a connection: told when the bytes that follow turn out not to be HTTP.
 * False when its request had come whole: those bytes belong to no request, and this one is answered
 * as if they were not there.
 */
export type Occupant = { refuse(refusal: Refusal): boolean }

export type Connection = {
  /** Who opened it: the socket's peer, or whom the PROXY header of a trusted balancer names. */
  readonly peer: string
  readonly peer_port: number
  readonly local: string
  readonly local_port: number
  readonly is_tls: boolean
  /** The exchange under way on HTTP/1, which has one at a time; undefined between requests. */
  occupant: Occupant | undefined
  /** No request after the one under way: whatever still comes in is not listened to. */
  is_over: boolean
}

/** Bounds how many connections stand at once, in all and for each client address. */
export type ConnectionBounds = {
  /** False when there is no room: close it at once. */
  admit(address: string): boolean
  release(address: string): void
  readonly count: number
}

export function connectionBounds(limits: {
  readonly connections: number
  readonly connections_per_client: number
  /** Trusted proxies speak for many clients. */
  readonly isExempt: (address: string) => boolean
}): ConnectionBounds {
  const byAddress = new Map<string, number>()
  let count = 0
  return {
    admit(address) {
      const mine = byAddress.get(address) ?? 0
      if (count >= limits.connections) return false
      if (mine >= limits.connections_per_client && !limits.isExempt(address)) return false
      count++
      byAddress.set(address, mine + 1)
      return true
    },
    release(address) {
      count--
      const left = (byAddress.get(address) ?? 1) - 1
      if (left <= 0) byAddress.delete(address)
      else byAddress.set(address, left)
    },
    get count() {
      return count
    },
  }
}
