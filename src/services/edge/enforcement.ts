/**
 * What a worker enforces at this moment: a policy that is swapped whole, and IP lists. An exchange
 * takes the policy at its beginning and keeps it; upstream pools that the next policy needs as well
 * live on with their connections and what they know of their servers.
 */
import type { Clock } from '#base/clock.ts'
import type { UpstreamState } from '#model/node.ts'
import type { Site } from '#model/site.ts'
import type { CompiledPolicy, CompiledSite } from '#parts/enforcement/compiled-policy.ts'
import type { IpLists } from '#parts/enforcement/ip-lists.ts'
import { type PoolTimeouts, type UpstreamPool, upstreamPool } from '#parts/http/pool.ts'
import { noSite, type SiteCounters, siteCounters } from './counters.ts'

/** A policy and the name of the bundle that it came in: `12-3fa9c2d1`. */
export type NamedPolicy = { readonly compiled: CompiledPolicy; readonly bundle: string }

/** Upstream pool of a site, for as long as a policy or an exchange needs it. */
export type Lane = {
  readonly key: string
  readonly pool: UpstreamPool
  exchanges: number
  is_retired: boolean
}

/** A site at work. */
export type SiteDesk = {
  readonly compiled: CompiledSite
  readonly site: Site
  readonly lane: Lane
  readonly counters: SiteCounters
}

/** One policy at work; never changes. */
export type PolicyInForce = NamedPolicy & {
  /** By the site as `compiled.find` gives it. */
  readonly desks: ReadonlyMap<CompiledSite, SiteDesk>
}

export type Enforcement = AsyncDisposable & {
  /** Undefined before the first policy. */
  readonly policy: PolicyInForce | undefined
  readonly lists: IpLists
  /** Makes a policy ready; one that was prepared before and not activated is dropped. */
  prepare(next: NamedPolicy): void
  /** Puts the prepared policy in force, at once and whole. Without one nothing happens. */
  activate(): void
  /** All lists anew; `lists.change` for what came and went. */
  setLists(lists: IpLists): void
  /** An exchange uses this desk until it leaves it. */
  enter(desk: SiteDesk): void
  leave(desk: SiteDesk): void
  /** Of all sites that were ever served, and of requests that reached none. */
  readonly counters: ReadonlyMap<string, SiteCounters>
  upstreams(): UpstreamState[]
}

export function enforcement(lists: IpLists, timeouts: PoolTimeouts, clock: Clock): Enforcement {
  return new SwappedEnforcement(lists, timeouts, clock)
}

class SwappedEnforcement implements Enforcement {
  readonly #timeouts: PoolTimeouts
  readonly #clock: Clock
  readonly #lanes = new Set<Lane>()
  readonly #counters = new Map<string, SiteCounters>([[noSite, siteCounters()]])
  #next: PolicyInForce | undefined
  policy: PolicyInForce | undefined
  lists: IpLists

  constructor(lists: IpLists, timeouts: PoolTimeouts, clock: Clock) {
    this.lists = lists
    this.#timeouts = timeouts
    this.#clock = clock
  }

  get counters(): ReadonlyMap<string, SiteCounters> {
    return this.#counters
  }

  prepare(next: NamedPolicy): void {
    const dropped = this.#next
    const known = new Map<string, Lane>()
    for (const policy of [this.policy, dropped])
      for (const { lane } of policy?.desks.values() ?? []) known.set(lane.key, lane)
    const desks = new Map(
      next.compiled.sites.map((compiled) => [compiled, this.#desk(compiled, known)]),
    )
    this.#next = { compiled: next.compiled, bundle: next.bundle, desks }
    this.#retireUnused(dropped)
  }

  activate(): void {
    if (this.#next === undefined) return
    const old = this.policy
    this.policy = this.#next
    this.#next = undefined
    this.#retireUnused(old)
  }

  setLists(lists: IpLists): void {
    this.lists = lists
  }

  enter(desk: SiteDesk): void {
    desk.lane.exchanges++
  }

  leave({ lane }: SiteDesk): void {
    lane.exchanges--
    this.#closeWhenDone(lane)
  }

  upstreams(): UpstreamState[] {
    return [...(this.policy?.desks.values() ?? [])].flatMap(({ site, lane }) =>
      lane.pool.servers.map((server) => ({
        site: site.name,
        url: server.url,
        is_up: lane.pool.isWell(server),
        is_backup: server.settings.backup,
        fails: server.fails,
      })),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#lanes].map((lane) => lane.pool[Symbol.asyncDispose]()))
  }

  #desk(compiled: CompiledSite, known: ReadonlyMap<string, Lane>): SiteDesk {
    const { site } = compiled
    const key = JSON.stringify([site.name, site.upstreams])
    let lane = known.get(key)
    if (lane === undefined) {
      const pool = upstreamPool(site.upstreams, this.#timeouts, this.#clock)
      lane = { key, pool, exchanges: 0, is_retired: false }
      this.#lanes.add(lane)
    }
    let counters = this.#counters.get(site.name)
    // A site that comes back goes on counting where it was: sums never go back.
    if (counters === undefined) this.#counters.set(site.name, (counters = siteCounters()))
    return { compiled, site, lane, counters }
  }

  /** Lanes of a policy that neither the one in force nor the prepared one needs. */
  #retireUnused(old: PolicyInForce | undefined): void {
    const used = new Set<Lane>()
    for (const policy of [this.policy, this.#next])
      for (const { lane } of policy?.desks.values() ?? []) used.add(lane)
    for (const { lane } of old?.desks.values() ?? []) {
      if (used.has(lane)) continue
      lane.is_retired = true
      this.#closeWhenDone(lane)
    }
  }

  #closeWhenDone(lane: Lane): void {
    if (!lane.is_retired || lane.exchanges > 0 || !this.#lanes.delete(lane)) return
    // Nobody waits for it: connections without an exchange are closed, nothing can fail that matters.
    void lane.pool[Symbol.asyncDispose]()
  }
}
