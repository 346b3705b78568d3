/** Calls to the API of another machine, with a bearer token. Node only. */
import { getCACertificates } from 'node:tls'
import { isLoopback } from '#base/address.ts'
import { clientFaults } from './faults.ts'
import { type NodeTransport, nodeTransport } from './node-transport.ts'

export type Remote = {
  /** `https://gate.example:8443`. */
  readonly server: string
  readonly token: string
  /** PEM; the authorities that Node and the system know when left out. */
  readonly ca?: string
}

/** Throws `client.bad_server`. */
export function remoteTransport(
  { server, token, ca }: Remote,
  { timeout_ms } = { timeout_ms: 30_000 },
): NodeTransport {
  return nodeTransport({
    label: server,
    origin: originOf(server),
    connect: server.startsWith('https:') ? { ca: ca ?? knownAuthorities() } : {},
    authorization: `Bearer ${token}`,
    timeout_ms,
  })
}

/** Those of Node and of the system: a company's own authority is installed there. */
function knownAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}

/** Throws `client.bad_server`. */
function originOf(server: string): string {
  const refuse = (reason: string) => clientFaults.bad_server({ server, reason })
  if (!URL.canParse(server)) throw refuse('expected an address such as https://gate.example:8443')
  const url = new URL(server)
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) {
    throw refuse('expected nothing but scheme, host and port')
  }
  if (url.protocol === 'https:') return url.origin
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const is_here = host === 'localhost' || isLoopback(host)
  if (url.protocol === 'http:' && is_here) return url.origin
  throw refuse('a token travels over https only, or stays on this machine')
}
