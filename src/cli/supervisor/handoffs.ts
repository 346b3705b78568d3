/**
 * node:cluster keeps its copy of a connection until the worker says that it has taken it, and forgets it when the worker dies
 * before: then nobody closes it, and its client waits for ever. Here it is closed, so that the client can try again.
 * Source: lib/internal/cluster/round_robin_handle.js (handoff) and utils.js (sendHelper) of Node.js 24 to 26.
 */
import type { Worker } from 'node:cluster'

type Closable = { close(): void }
type ClusterMessage = {
  readonly cmd?: unknown
  readonly act?: unknown
  readonly seq?: unknown
  readonly ack?: unknown
}

/** Closes what this worker was handed and has not taken, once it is dead. */
export function closeLostHandoffs(worker: Worker): void {
  const under_way = new Map<unknown, Closable>()
  const child = worker.process
  const send = child.send.bind(child) as (...what: unknown[]) => boolean
  child.send = (...what: unknown[]): boolean => {
    const [message, handle] = what as [ClusterMessage | null, Partial<Closable> | undefined]
    if (message?.cmd === 'NODE_CLUSTER' && message.act === 'newconn' && isClosable(handle))
      under_way.set(message.seq, handle)
    return send(...what)
  }
  child.on('internalMessage', (message: ClusterMessage) => void under_way.delete(message.ack))
  // Not at its 'disconnect', which never comes while a handle is under way. Whatever it took has died with it.
  child.once('exit', () => {
    for (const handle of under_way.values()) handle.close()
    under_way.clear()
  })
}

function isClosable(handle: Partial<Closable> | undefined): handle is Closable {
  return typeof handle?.close === 'function'
}
