/** What every exchange of a worker shares. */
import type { AddressSet } from '#base/address.ts'
import type { World } from '#base/service.ts'
import type { Site } from '#model/site.ts'
import type { BodyRoom } from '#parts/http/body.ts'
import type { UpstreamPool } from '#parts/http/pool.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { SiteCounters } from './counters.ts'
import type { Outcome } from './exchange/outcome.ts'
import type { Exchange } from './exchange/state.ts'
import type { Recorder } from './recorder.ts'
import type { EdgeSettings } from './settings.ts'
import type { SiteTable } from './sites.ts'

/** A site at work. */
export type SiteDesk = {
  readonly site: Site
  readonly pool: UpstreamPool
  readonly counters: SiteCounters
}

export type Core = {
  readonly world: World
  readonly settings: EdgeSettings
  readonly node: string
  readonly bundle: string
  readonly rule_set: string
  readonly sites: SiteTable<SiteDesk>
  readonly ruleset: Ruleset
  readonly trusted: AddressSet
  readonly room: BodyRoom
  readonly recorder: Recorder
  /** Counts of requests that reached no site. */
  readonly unrouted: SiteCounters
  /** New exchanges tell their clients to open another connection. */
  readonly isDraining: () => boolean
  /** ★ exchange.ts */
  readonly proceed: (exchange: Exchange, outcome?: Outcome) => void
  /** For what outlives HTTP: gives back what an exchange holds. */
  readonly finish: (exchange: Exchange) => void
}
