/** Calls through the local socket `gatehouse.sock`: whoever may open it is an administrator. Node only. */
import { type NodeTransport, nodeTransport } from './node-transport.ts'

export type UnixTransport = NodeTransport

export function unixTransport(
  socket_path: string,
  { timeout_ms } = { timeout_ms: 10_000 },
): UnixTransport {
  const connect = { socketPath: socket_path }
  return nodeTransport({ label: socket_path, origin: 'http://localhost', connect, timeout_ms })
}
