/** What a worker tells the keeper once a second: plain JSON, since it crosses between processes. */
import type { UpstreamState } from '#model/node.ts'
import type { SiteCounters } from './counters.ts'

export type WorkerReport = {
  readonly worker_id: string
  readonly pid: number
  readonly bundle: string
  readonly rss_bytes: number
  /** Counts since the worker started. */
  readonly sites: Readonly<Record<string, SiteCounters>>
  /** Connections closed before any request, by reason. */
  readonly turned_away: {
    readonly connections: number
    readonly proxy_header: number
    readonly tls: number
  }
  /** Records that the spool did not take. */
  readonly lost: number
  /** Refused requests that were counted but not recorded, to keep a flood of them small. */
  readonly unrecorded: number
  /** Hits by type and action, `sqli/blocked`. */
  readonly hits: Readonly<Record<string, number>>
  readonly upstreams: readonly UpstreamState[]
  readonly connections: number
  readonly held_bytes: number
}
