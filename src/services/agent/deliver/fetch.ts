/** Brings the files of a bundle onto the shelf: those that are missing, several at a time. */

import type { Clock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import type { BundleFile, SignedBundle } from '#model/bundle.ts'
import type { Shelf } from '#parts/bundle/shelf.ts'
import { agentFaults } from '../faults.ts'
import { pace } from '../settings.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * Rejects with the reason of the signal when nobody wants the files any more.
 * @throws agent.cannot_fetch, bundle.wrong_hash, bundle.shelf_full, bundle.shelf_broken
 */
export async function fetchMissing(
  bundle: SignedBundle,
  tools: { readonly shelf: Shelf; readonly wire: Wire; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const missing = new Set(tools.shelf.missing(bundle))
  const todo = bundle.head.files.filter((file) => missing.delete(file.sha256))
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const carry = async (): Promise<void> => {
    for (let file = todo.pop(); file !== undefined; file = todo.pop())
      tools.shelf.addFile(file.sha256, await fetchFile(file, tools, both))
  }
  const carriers = Array.from({ length: Math.min(todo.length, pace.connections_max) }, carry)
  try {
    await Promise.all(carriers)
  } catch (cause) {
    // One file that does not come is enough: the others need not come either.
    stop.abort(cause)
    await Promise.allSettled(carriers)
    throw signal.aborted ? signal.reason : cause
  }
}

async function fetchFile(
  file: BundleFile,
  { wire, clock }: { readonly wire: Wire; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Buffer> {
  const { sha256, size_bytes } = file
  for (let tries = 1; ; tries++) {
    try {
      return await wire.read(`/v1/files/${sha256}`, size_bytes, signal)
    } catch (cause) {
      signal.throwIfAborted()
      if (!(cause instanceof Fault)) throw cause
      if (tries === pace.tries_per_file)
        throw agentFaults.cannot_fetch(
          { server: wire.server, sha256, why: messageOf(cause) },
          { cause },
        )
      // The first time it may have been a kept connection that had ended meanwhile.
      if (tries > 1) await clock.sleep(pace.pause_min_ms, signal)
    }
  }
}
