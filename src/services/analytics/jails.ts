/**
 * Jails: clients that are stopped too often within a while get onto an IP list by themselves. Counted in memory: a restart
 * forgets at most the time in which hits are looked for. Each analytics service counts what is delivered to it: where two
 * share a database, a client whose hits go to both is banned by the first that has seen enough alone.
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

/** More in a minute is no scanner but a mistake in a jail. */
const bans_per_minute = 100
/** By what one node told: hits are its word alone, and one that was taken over can name any client in them. */
const bans_of_node_per_minute = 20
const minute_ms = 60_000
const nodes_told_max = 3
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
  /** Of this minute, by who answers for them. */
  let bans_of_node = new Map<string, number>()
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
      if (allowed.has(one.client) || !mayBan(one.client, others)) {
        counts.release(one)
        continue
      }
      const node = answerableFor(one)
      if (node === undefined) continue
      if (!hasRoom()) break
      bans_of_node.set(node, (bans_of_node.get(node) ?? 0) + 1)
      if (await ban(one)) is_changed = true
    }
    if (is_changed) context.onListsChanged()
  }

  /**
   * The node whose word this ban is most of all. What a node says that has used up its bans does not count; undefined,
   * and told once in a minute, when the rest is not enough.
   */
  function answerableFor({ jail, nodes }: Caught): string | undefined {
    if (clock.elapsed() - minute >= minute_ms) {
      minute = clock.elapsed()
      bans = 0
      bans_of_node = new Map()
    }
    const isOver = (node: string) => (bans_of_node.get(node) ?? 0) >= bans_of_node_per_minute
    const counting = [...nodes].filter(([node]) => !isOver(node))
    const hits = counting.reduce((sum, [, count]) => sum + count, 0)
    if (hits >= jail.maxretry) return mostFirst(counting)[0]?.[0]
    for (const node of nodes.keys()) {
      if (bans_of_node.get(node) !== bans_of_node_per_minute) continue
      // Above the limit: was told.
      bans_of_node.set(node, bans_of_node_per_minute + 1)
      const facts = { node, bans_max: bans_of_node_per_minute }
      log.trouble('jail.too_many', analyticsFaults.too_many_bans_of_node(facts), { node })
    }
    return undefined
  }

  /** False, and told once, when the minute has seen too many. */
  function hasRoom(): boolean {
    bans += 1
    if (bans === bans_per_minute + 1) {
      log.trouble('jail.too_many', analyticsFaults.too_many_bans({ bans_max: bans_per_minute }))
    }
    return bans <= bans_per_minute
  }

  async function ban(caught: Caught): Promise<boolean> {
    const { jail, client, hits } = caught
    const nodes = mostFirst([...caught.nodes]).slice(0, nodes_told_max)
    const now_ms = clock.now()
    const at = (ms: number) => new Date(ms).toISOString()
    const entry: ListEntry = {
      id: uuidv7(now_ms),
      kind: jail.list,
      network: client,
      site: jail.site,
      reason: `${hits} hits within ${Math.round(jail.findtime / 1000)} s, told by ${nodes.map(([node]) => node).join(', ')}`,
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
    const told_by = nodes.map(([node, count]) => `${node} (${count})`).join(', ')
    log.event('jail.banned', { jail: name, client, list, site, hits, told_by, ban_s })
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

function mostFirst(nodes: readonly (readonly [node: string, hits: number])[]) {
  return nodes.toSorted(([, a], [, b]) => b - a)
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
