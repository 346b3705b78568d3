/** Syslog out: a datagram each by UDP, counted messages on one connection by TCP and TLS. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { analyticsFaults } from '../faults.ts'
import type { SyslogExport } from '../settings.ts'
import { octetCounted, syslogMessage } from './rfc5424.ts'
import type { Sender } from './sender.ts'
import type { Told } from './told.ts'

/** Every receiver takes 2048 bytes (RFC 5424, section 6.1), by UDP most take no more. */
const datagram_bytes_max = 2_048
const stream_bytes_max = 8_192
const timeout_ms = 10_000

/** @throws analytics.export_unreadable when the file of the authority cannot be read */
export function syslogSender(settings: SyslogExport, clock: Clock): Sender {
  const { protocol, hostname, port } = new URL(settings.address)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'udp:') return datagrams(settings, host, Number(port))
  const ca = settings.ca === undefined ? undefined : readAuthority(settings.ca)
  const tls = {
    // Node.js names the server in the handshake only when told to; an address is never named (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    minVersion: 'TLSv1.2',
  } as const
  const open = (): Socket =>
    protocol === 'tls:'
      ? connectTls({ host, port: Number(port), ...tls })
      : connect({ host, port: Number(port) })
  return stream(settings, open, protocol === 'tls:' ? 'secureConnect' : 'connect', clock)
}

function datagrams(settings: SyslogExport, host: string, port: number): Sender {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4').unref()
  // What goes wrong is told with the message that it happened to.
  socket.on('error', () => {})
  return {
    batch_max: 50,
    async send(batch) {
      for (const told of batch) {
        const message = syslogMessage(told, settings.facility, datagram_bytes_max)
        await new Promise<void>((resolve, reject) => {
          socket.send(message, port, host, (error) => (error ? reject(error) : resolve()))
        })
      }
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

function stream(
  settings: SyslogExport,
  open: () => Socket,
  ready: 'connect' | 'secureConnect',
  clock: Clock,
): Sender {
  let line: Socket | undefined
  const connected = async (): Promise<Socket> => {
    if (line && !line.destroyed && line.writable) return line
    const socket = open()
    line = socket
    socket.setKeepAlive(true, 30_000)
    // Receivers say nothing; what they send must not fill our memory.
    socket.resume()
    socket.on('error', () => {})
    // Without this half of a closed connection would take messages that nobody reads.
    socket.on('end', () => socket.destroy())
    await within(clock, socket, (resolve) => socket.once(ready, () => resolve()))
    return socket
  }
  return {
    batch_max: 50,
    async send(batch: readonly Told[]) {
      const socket = await connected()
      const bytes = Buffer.concat(
        batch.map((told) => octetCounted(syslogMessage(told, settings.facility, stream_bytes_max))),
      )
      await within(clock, socket, (resolve, reject) =>
        socket.write(bytes, (error) => (error ? reject(error) : resolve())),
      )
    },
    [Symbol.dispose]: () => void line?.destroy(),
  }
}

/** Rejects when the connection ends or takes too long; then it is not used again. */
async function within(
  clock: Clock,
  socket: Socket,
  act: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  using _limit = clock.after(timeout_ms, () => reject(new Error(`no answer in ${timeout_ms} ms`)))
  const hangUp = () => reject(new Error('the other side hung up'))
  socket.once('error', reject)
  socket.once('close', hangUp)
  try {
    act(resolve, reject)
    await promise
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    socket.off('error', reject)
    socket.off('close', hangUp)
  }
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw analyticsFaults.export_unreadable({ path, why: messageOf(cause) }, { cause })
  }
}
