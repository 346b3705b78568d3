/** Sums over all workers of a node, dead ones included: a count never goes back. */
import type { UpstreamState } from '#model/node.ts'
import { addCounters, type SiteCounters, siteCounters } from '../counters.ts'
import type { WorkerReport } from '../report.ts'

export type Sums = {
  readonly sites: ReadonlyMap<string, SiteCounters>
  readonly lost: number
  readonly unrecorded: number
  readonly turned_away: {
    readonly connections: number
    readonly proxy_header: number
    readonly tls: number
  }
  /** Hits by `type/action`. */
  readonly hits: ReadonlyMap<string, number>
  readonly connections: number
  readonly held_bytes: number
  readonly upstreams: readonly UpstreamState[]
}

export type Totals = {
  take(worker_id: string, report: WorkerReport): void
  /** What it counted stays; its gauges go. */
  forget(worker_id: string): void
  sums(): Sums
}

type Growing = {
  sites: Map<string, SiteCounters>
  lost: number
  unrecorded: number
  turned_away: { connections: number; proxy_header: number; tls: number }
  hits: Map<string, number>
}

export function totals(): Totals {
  const living = new Map<string, WorkerReport>()
  const departed = empty()
  return {
    take: (worker_id, report) => void living.set(worker_id, report),
    forget(worker_id) {
      const last = living.get(worker_id)
      if (last !== undefined) add(departed, last)
      living.delete(worker_id)
    },
    sums() {
      const sum = empty()
      add(sum, {
        ...departed,
        sites: Object.fromEntries(departed.sites),
        hits: Object.fromEntries(departed.hits),
      })
      let connections = 0
      let held_bytes = 0
      for (const report of living.values()) {
        add(sum, report)
        connections += report.connections
        held_bytes += report.held_bytes
      }
      return { ...sum, connections, held_bytes, upstreams: upstreamsOf([...living.values()]) }
    },
  }
}

function empty(): Growing {
  return {
    sites: new Map(),
    lost: 0,
    unrecorded: 0,
    turned_away: { connections: 0, proxy_header: 0, tls: 0 },
    hits: new Map(),
  }
}

type Countable = Pick<WorkerReport, 'sites' | 'lost' | 'unrecorded' | 'turned_away' | 'hits'>

function add(sum: Growing, more: Countable): void {
  for (const [name, counters] of Object.entries(more.sites)) {
    const mine = sum.sites.get(name) ?? siteCounters()
    addCounters(mine, counters)
    sum.sites.set(name, mine)
  }
  for (const [key, count] of Object.entries(more.hits))
    sum.hits.set(key, (sum.hits.get(key) ?? 0) + count)
  sum.lost += more.lost
  sum.unrecorded += more.unrecorded
  sum.turned_away.connections += more.turned_away.connections
  sum.turned_away.proxy_header += more.turned_away.proxy_header
  sum.turned_away.tls += more.turned_away.tls
}

/** Every worker marks for itself: a server is up for the node while any worker still uses it. */
function upstreamsOf(reports: readonly WorkerReport[]): UpstreamState[] {
  const out = new Map<string, UpstreamState>()
  for (const report of reports)
    for (const state of report.upstreams) {
      const key = `${state.site} ${state.url}`
      const mine = out.get(key)
      out.set(
        key,
        mine === undefined
          ? state
          : { ...mine, is_up: mine.is_up && state.is_up, fails: mine.fails + state.fails },
      )
    }
  return [...out.values()]
}
