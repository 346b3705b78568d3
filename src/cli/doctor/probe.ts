/** Can we get there, and is who answers whom we mean? Says no more than hello. */
import { connect as connectTcp, createServer, isIP } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { messageOf } from '#base/fault.ts'

const patience_ms = 3000

export type Place = { readonly host: string; readonly port: number }

/** `[::1]:80`, `*:80`, `name:80`; a wildcard is reached on loopback. */
export function placeOf(address: string): Place {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  if (host === '*' || host === '0.0.0.0') return { host: '127.0.0.1', port }
  return { host: host === '::' ? '::1' : host, port }
}

/** Undefined when a connection comes about, with `tls` also a trusted handshake; else why not. */
export function probe(
  { host, port }: Place,
  signal: AbortSignal,
  tls?: ConnectionOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // SNI has no addresses (RFC 6066, section 3).
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = tls ? connectTls({ host, port, ...name, ...tls }) : connectTcp({ host, port })
    const done = (why?: string): void => {
      resolve(why)
      socket.destroy()
    }
    socket.setTimeout(patience_ms, () => done(`no answer within ${patience_ms / 1000} s`))
    socket.once(tls ? 'secureConnect' : 'connect', () => done())
    socket.once('error', (error) => done(reasonOf(error)))
    signal.addEventListener('abort', () => done('no answer in time'), { once: true })
  })
}

/** Undefined when this address is free to listen on, else the code that says why not: EADDRINUSE, EACCES. */
export function canListen(address: string): Promise<string | undefined> {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? messageOf(error)))
    server.listen({ port, ...(host === '*' ? {} : { host }), exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    )
  })
}

/** Both families tried and failed come as one error without a sentence. */
function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : undefined
  return messageOf(first ?? error)
}
