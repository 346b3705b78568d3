/** Which policy server to try next, and how long to wait when none answers. */
import type { Topology } from '#model/cluster.ts'
import { pace } from './settings.ts'

export type Servers = {
  /** All that may be tried now, best first: our own, the one that answered last, what was told, what the join told. */
  round(elapsed_ms: number): readonly string[]
  /** It answered. */
  good(server: string): void
  /** It refused us for what we are: not for a while. */
  refused(server: string, elapsed_ms: number): void
  learn(topology: Topology): void
}

/** `known` are the addresses that came with the join: what is told later never takes them away. */
export function servers(known: () => readonly string[], own: string | undefined): Servers {
  let told: readonly string[] = []
  let last: string | undefined
  /** On the clock that never jumps: set back, the other one would keep a server away for as long as it was set back. */
  const not_before = new Map<string, number>()
  return {
    round(elapsed_ms) {
      // However many are told, those that are known to work are among them.
      const few = told.slice(0, pace.policy_servers_max / 2)
      const all = [own, last, ...few, ...known()].filter((server) => server !== undefined)
      return [...new Set(all)]
        .filter((server) => /^[^\s/]{1,249}:\d{1,5}$/.test(server))
        .slice(0, pace.policy_servers_max)
        .filter((server) => elapsed_ms >= (not_before.get(server) ?? Number.NEGATIVE_INFINITY))
    },
    good(server) {
      last = server
      not_before.clear()
    },
    refused(server, elapsed_ms) {
      not_before.set(server, elapsed_ms + pace.refused_pause_ms)
    },
    learn({ policy_servers }) {
      told = policy_servers.slice(0, pace.policy_servers_max)
    },
  }
}

/** Of the n-th pause in a row, from 0: doubled each time, and half of it is chance, so that nodes do not come at once. */
export function pauseOf(n: number, chance: number): number {
  const full = Math.min(pace.pause_max_ms, pace.pause_min_ms * 2 ** Math.min(n, 16))
  return full * (0.5 + chance / 2)
}
