/** Where policy servers and analytics are: what the settings say, and which nodes with that role are connected now. */
import type { Topology } from '#model/cluster.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import type { Lines } from './lines.ts'
import type { Registry } from './registry.ts'

/** An edge tries them one after the other. */
const analytics_max = 16

export type Places = {
  now(): Topology
  /** Tells all lines when it is not what they were told last. */
  tell(): void
}

export function places(
  identity: () => NodeIdentity,
  registry: Pick<Registry, 'analytics'>,
  lines: Pick<Lines, 'all'>,
): Places {
  const now = (): Topology => {
    const { policy_servers, analytics } = identity()
    const all = new Set([...analytics, ...registry.analytics()])
    return { policy_servers, analytics: [...all].slice(0, analytics_max) }
  }
  let told = JSON.stringify(now())
  return {
    now,
    tell() {
      const topology = now()
      const text = JSON.stringify(topology)
      if (text === told) return
      told = text
      for (const line of lines.all()) line.send({ kind: 'topology', topology })
    },
  }
}
