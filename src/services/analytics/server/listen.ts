/** The socket that edges deliver to. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { isIPv6 } from 'node:net'
import { messageOf } from '#base/fault.ts'
import { analyticsFaults } from '../faults.ts'

/** Takes requests from now on; resolves with the address as `host:port`. @throws analytics.cannot_listen */
export async function listen(
  address: string,
  listener: RequestListener,
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
  return { address: addressOf(server), [Symbol.asyncDispose]: () => close(server) }
}

function addressOf(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return ''
  return `${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`
}

/** Requests under way are answered; connections that only wait are closed. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
