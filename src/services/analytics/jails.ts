/**
 * Jails: clients that are stopped too often within a while get onto an IP list by themselves. Counted in memory: a restart
 * forgets at most the time in which hits are looked for.
 */
import { Fault, messageOf } from '#base/fault.ts'
import { uuidv7 } from '#base/id.ts'
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { Policy } from '#model/policy.ts'
import { listClusterNodes } from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { addEntry, allowedClients } from '#parts/records/ip-lists.ts'
import { listNetwork, type Protected, protectedNodes } from '#parts/records/list-networks.ts'
import { analyticsFaults } from './faults.ts'
import { type Caught, jailCounts } from './jails/counts.ts'

export type JailsContext = {
  readonly database: Database
  /** What is in force; asked with each batch. */
  policy(): Policy | undefined
  /** Networks of proxies that edges trust: whoever bans one bans everybody behind it. */
  trusted_proxies(): readonly string[]
  onListsChanged(): void
}

export type Jails = AsyncDisposable & {
  /** Counts hits that were just stored for the first time. */
  see(hits: readonly Hit[]): void
  /** Resolves when all that was seen so far is on its list. */
  settled(): Promise<void>
}

/** More in a minute is no scanner but a mistake in a jail, or somebody who makes us ban others. */
const bans_per_minute = 100
const minute_ms = 60_000
/** Clients that wait to be banned; under a flood the next hit brings them again. */
const waiting_max = 500

export function jails(context: JailsContext, world: World): Jails {
  const { clock, log, metrics } = world
  const { database } = context
  const counts = jailCounts()
  const banned = metrics.counter('jail_bans_total', 'Clients that jails put on a list', ['jail'])
  let waiting: Caught[] = []
  let working: Promise<void> | undefined
  let minute = Number.NEGATIVE_INFINITY
  let bans = 0
  let is_over = false

  async function work(): Promise<void> {
    while (waiting.length > 0 && !is_over) {
      const batch = waiting
      waiting = []
      try {
        await banAll(batch)
      } catch (error) {
        // They are not forgotten: the next hit of each brings them again.
        log.trouble('jail.not_banned', error instanceof Fault ? error : new Error(messageOf(error)))
      }
    }
  }

  async function banAll(batch: readonly Caught[]): Promise<void> {
    const now = new Date(clock.now()).toISOString()
    const clients = [...new Set(batch.map((one) => one.client))]
    const allowed = await allowedClients(database, clients, now)
    const others: Protected[] = [
      ...protectedNodes(await listClusterNodes(database)),
      ...context.trusted_proxies().map((network) => ({ network, what: 'a trusted proxy' })),
    ]
    let is_changed = false
    for (const one of batch) {
      if (allowed.has(one.client) || !mayBan(one.client, others)) counts.release(one)
      else if (!hasRoom()) break
      else if (await ban(one)) is_changed = true
    }
    if (is_changed) context.onListsChanged()
  }

  /** False, and told once, when the minute has seen too many. */
  function hasRoom(): boolean {
    if (clock.elapsed() - minute >= minute_ms) {
      minute = clock.elapsed()
      bans = 0
    }
    bans += 1
    if (bans === bans_per_minute + 1) {
      log.trouble('jail.too_many', analyticsFaults.too_many_bans({ bans_max: bans_per_minute }))
    }
    return bans <= bans_per_minute
  }

  async function ban(caught: Caught): Promise<boolean> {
    const { jail, client, hits } = caught
    const now_ms = clock.now()
    const at = (ms: number) => new Date(ms).toISOString()
    const entry: ListEntry = {
      id: uuidv7(now_ms),
      kind: jail.list,
      network: client,
      site: jail.site,
      reason: `${hits} hits within ${Math.round(jail.findtime / 1000)} s`,
      origin: `jail:${jail.name}`,
      created_by: 'gatehouse',
      created_at: at(now_ms),
      expires_at: at(now_ms + jail.bantime),
    }
    const added = await addEntry(database, entry)
    counts.release(caught)
    if (added.kind === 'recently_removed') return false
    banned.add(1, { jail: jail.name })
    const { name, list, site } = jail
    const ban_s = Math.round(jail.bantime / 1000)
    log.event('jail.banned', { jail: name, client, list, site, hits, ban_s })
    return true
  }

  return {
    see(hits) {
      const policy = context.policy()
      if (!policy || is_over) return
      const caught = counts.count(policy.jails, hits, clock.now())
      waiting.push(...caught.slice(0, Math.max(0, waiting_max - waiting.length)))
      if (waiting.length === 0 || working) return
      working = work().finally(() => {
        working = undefined
      })
    },
    settled: async () => working,
    async [Symbol.asyncDispose]() {
      is_over = true
      await working
    },
  }
}

/** Whatever the list: who is one of us is never put on any. */
function mayBan(client: string, others: readonly Protected[]): boolean {
  try {
    return listNetwork(client, 'deny', others) === client
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}
