/** The socket that edges deliver to. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { analyticsFaults } from '../faults.ts'

/** Takes requests from now on; resolves with the address as `host:port`. @throws analytics.cannot_listen */
export async function listen(
  address: string,
  listener: RequestListener,
  clock: Clock,
): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer(
    {
      // Edges are few and near: whoever is slower than this is none of them.
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 8_192,
    },
    listener,
  )
  server.maxConnections = 512
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(analyticsFaults.cannot_listen({ address, why: messageOf(cause) }, { cause })),
    )
    server.listen({ port, ...(host === '*' ? {} : { host }) }, resolve)
  })
  return { address: addressOf(server), [Symbol.asyncDispose]: () => close(server, clock) }
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
