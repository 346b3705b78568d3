/** What every exchange of a worker shares. */
import type { AddressSet } from '#base/address.ts'
import type { World } from '#base/service.ts'
import type { RateCounter } from '#parts/enforcement/rate-limits.ts'
import type { BodyRoom } from '#parts/http/body.ts'
import type { SiteCounters } from './counters.ts'
import type { Enforcement } from './enforcement.ts'
import type { Outcome } from './exchange/outcome.ts'
import type { Exchange } from './exchange/state.ts'
import type { Recorder } from './recorder.ts'
import type { EdgeSettings } from './settings.ts'

export type Core = {
  readonly world: World
  readonly settings: EdgeSettings
  readonly node: string
  /** What is in force now; an exchange keeps the policy that it began with. */
  readonly enforcement: Enforcement
  readonly rates: RateCounter
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
