/**
 * TLS on sockets that are already open: the certificate by name, then HTTP/2 or HTTP/1.1 as the
 * client chose.
 */
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { canonicalAddress } from '#base/address.ts'
import type { Certificates } from '../certificates.ts'
import type { Connection } from '../connection.ts'
import type { Arrivals, ListenOptions, Servers } from '../listen.ts'

export function openTls(
  options: ListenOptions,
  certificates: Certificates,
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
  servers: Servers,
): Server {
  const server = createServer(
    {
      ...certificates.first,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: options.header_timeout_ms,
      SNICallback: (name, done) => done(null, certificates.contextFor(name)),
    },
    (socket) => {
      const connection = pending.get(rawOf(socket))
      if (connection === undefined) {
        socket.destroy()
        return
      }
      socket.on('error', ignore)
      known.set(socket, connection)
      if (socket.alpnProtocol === 'h2') {
        servers.http2.once('session', (session) => {
          known.set(session, connection)
          session.setTimeout(options.idle_timeout_ms, () => session.close())
        })
        servers.http2.emit('connection', socket)
      } else servers.http.emit('connection', socket)
    },
  )
  // A TLS socket does not tell which socket it stands on; the pair of ends does.
  const pending = new Map<string, Connection>()
  const rawOf = (socket: Socket): string =>
    `${socket.remotePort}/${socket.localPort}/${socket.remoteAddress}/${socket.localAddress}`
  server.on('connection', (socket: Socket) => {
    const key = rawOf(socket)
    const connection = known.get(socket)
    if (connection !== undefined) pending.set(key, connection)
    socket.once('close', () => pending.delete(key))
  })
  server.on('tlsClientError', (_error, socket: TLSSocket) => {
    arrivals.onTurnedAway('tls', canonicalAddress(socket.remoteAddress ?? '') ?? '')
    socket.destroy()
  })
  return server
}

function ignore(): void {}
