/** Opens one TCP door. */
import type { Server } from 'node:net'
import { messageOf } from '#base/fault.ts'
import { httpFaults } from './faults.ts'

/**
 * Listens on `address:port` (`*:80` for every address, IPv6 in brackets). @throws
 * http.cannot_listen
 */
export async function openTcp(
  server: Server,
  address: string,
): Promise<{ address: string; port: number }> {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = Number(address.slice(colon + 1))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause) =>
    reject(httpFaults.cannot_listen({ address, state: messageOf(cause) }, { cause })),
  )
  server.listen({ port, backlog: 4096, ...(host === '*' ? {} : { host }) }, resolve)
  await promise
  const bound = server.address()
  return bound !== null && typeof bound === 'object'
    ? { address: bound.address, port: bound.port }
    : { address: host, port }
}
