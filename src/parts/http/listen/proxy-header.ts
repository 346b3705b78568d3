/** Takes the PROXY header off a socket before anything else reads from it. */
import type { Socket } from 'node:net'
import type { Clock } from '#base/clock.ts'
import { type Endpoint, readProxyHeader } from '../proxy-protocol.ts'

/**
 * Calls `done` once with the source it names (undefined when it names none) or 'bad'; later bytes
 * stay on the socket.
 */
export function takeProxyHeader(
  socket: Socket,
  timeout_ms: number,
  clock: Clock,
  done: (source: Endpoint | undefined | 'bad') => void,
): void {
  let bytes: Buffer = Buffer.alloc(0)
  const finish = (source: Endpoint | undefined | 'bad'): void => {
    timer[Symbol.dispose]()
    socket.off('data', onData)
    socket.off('end', onEnd)
    socket.pause()
    done(source)
  }
  const onData = (chunk: Buffer): void => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    const header = readProxyHeader(bytes)
    if (header.kind === 'more') return
    if (header.kind === 'header' && bytes.length > header.length) {
      socket.pause()
      socket.unshift(bytes.subarray(header.length))
    }
    finish(header.kind === 'bad' ? 'bad' : header.source)
  }
  const onEnd = (): void => finish('bad')
  const timer = clock.after(timeout_ms, () => finish('bad'))
  socket.on('data', onData)
  socket.on('end', onEnd)
}
