/** Which protocol two versions speak with each other. */
import { protocol } from '#model/cluster.ts'
import { notifierFaults } from './faults.ts'

type Range = { readonly current: number; readonly oldest: number }

/** The highest that both know. @throws notifier.protocol_too_old, notifier.protocol_too_new */
export function negotiated(
  peer: { readonly version: string; readonly protocol: Range },
  own: Range = protocol,
): number {
  const { version } = peer
  const { current, oldest } = peer.protocol
  if (current < own.oldest) {
    throw notifierFaults.protocol_too_old({ version, current, oldest: own.oldest })
  }
  if (oldest > own.current) {
    throw notifierFaults.protocol_too_new({ version, oldest, current: own.current })
  }
  return Math.min(current, own.current)
}
