/**
 * HTTP/1.1 lets a client send requests before earlier ones are answered (RFC 9112, section 9.3.2).
 * Node hands all of them over at once; here they wait, so that a connection never has more than one
 * exchange under way.
 */
import type { Socket } from 'node:net'
import type { Connection } from '../connection.ts'
import type { Arrival, Arrivals } from '../listen.ts'

/** More than any client that pipelines in earnest has waiting. */
const waiting_max = 32

export type Line = {
  /** Starts the exchange, or lets it wait for those before it. */
  enter(arrival: Arrival): void
  /** Is an exchange of this connection under way? */
  isBusy(connection: Connection): boolean
}

export function oneAtATime(arrivals: Arrivals): Line {
  const lines = new WeakMap<Connection, Arrival[]>()

  const start = (arrival: Arrival, waiting: Arrival[]): void => {
    arrivals.onArrival(arrival)
    // After the listeners of the exchange itself: it is over before the next begins.
    arrival.response.once('close', () => {
      const next = waiting.shift()
      if (next === undefined) lines.delete(arrival.connection)
      else if (isHeard(next)) start(next, waiting)
      else waiting.length = 0
    })
  }

  return {
    enter(arrival) {
      // RFC 9112, section 9.6: nothing is done for what comes after `Connection: close`.
      if (arrival.connection.is_over) return
      const waiting = lines.get(arrival.connection)
      const { socket } = arrival.request
      if (waiting === undefined) {
        const line: Arrival[] = []
        lines.set(arrival.connection, line)
        start(arrival, line)
      } else if (!socket.destroyed && waiting.push(arrival) > waiting_max) {
        // What it sent is already in memory as requests: only an end to the connection frees it.
        waiting.length = 0
        arrivals.onTurnedAway('connections', arrival.connection.peer)
        socket.destroy()
      }
    },
    isBusy: (connection) => lines.has(connection),
  }
}

/** The connection ends with the answer that was just given, or is gone with its client. */
function isHeard({ connection, request }: Arrival): boolean {
  const socket: Socket = request.socket
  return !connection.is_over && !socket.destroyed && socket.writable
}
