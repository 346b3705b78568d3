/** Notifier: brings policy, live lists and news of each other to the nodes, and takes new nodes in. */
import type { HybridClock } from '#base/hybrid-clock.ts'
import type { Running, World } from '#base/service.ts'
import { protocol } from '#model/cluster.ts'
import type { RolloutView } from '#model/draft.ts'
import type { NodeView } from '#model/node-view.ts'
import type { Authority } from '#parts/identity/authority.ts'
import { expiresAt, type NodeIdentity } from '#parts/identity/node-identity.ts'
import { revocations } from '#parts/identity/revocations.ts'
import { upsertNode } from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { files } from './files.ts'
import { type Line, lines } from './lines.ts'
import { databaseLists, listDelivery } from './lists.ts'
import { news } from './news.ts'
import { places } from './places.ts'
import { registry } from './registry.ts'
import { type Rollback, rollouts } from './rollouts.ts'
import { answerCalls } from './server/answer.ts'
import { calls } from './server/calls.ts'
import { listen } from './server/listen.ts'
import type { NotifierSettings } from './settings.ts'
import { turns } from './turns.ts'

export type NotifierContext = {
  readonly database: Database
  identity(): NodeIdentity
  readonly authority: Authority
  readonly version: string
  /** Of the events of this process: told to nodes, and brought behind theirs. */
  readonly hlc?: HybridClock
  /** Commits an earlier policy again as a new revision; without it a failed roll-out only stops. */
  readonly rollback?: (wanted: Rollback) => Promise<void>
}

export type Notifier = Running & {
  /** `host:port` of the cluster port. */
  readonly address: string
  /** As they are now, also those that are revoked but still on the list. */
  nodes(): Promise<readonly NodeView[]>
  rollout(): Promise<RolloutView | null>
  /** Nudges: the database has something new. Without them it is found within a second. */
  onCommitted(): void
  onListsChanged(): void
  onNodesChanged(): void
  /** Goes on with a roll-out that was stopped. @throws notifier.nothing_stopped, records.unavailable */
  resume(): Promise<void>
  /** Called when there is something new to see. */
  onChange(listener: (what: 'nodes' | 'rollout') => void): Disposable
}

type Thing = 'facts' | 'look' | 'commit' | 'nodes' | 'lists' | 'saving'

const look_ms = 1_000
const ping_ms = 5_000
const save_ms = 5_000
/** A node that takes a part of the lists is looked at again after this. */
const drain_ms = 20
/** A node reports every second; after this silence its line is dead. */
const silence_ms = 15_000

/** @throws notifier.cannot_listen */
export async function startNotifier(
  settings: NotifierSettings,
  context: NotifierContext,
  world: World,
): Promise<Notifier> {
  const { database, authority } = context
  const { clock, log } = world
  await using rising = new AsyncDisposableStack()
  const listeners = new Set<(what: 'nodes' | 'rollout') => void>()
  const tell = (what: 'nodes' | 'rollout') => {
    for (const listener of listeners) listener(what)
  }
  const known = registry(database, world)
  const open = lines()
  const revoked = revocations()
  const source = databaseLists(database, clock, authority.cluster_id)
  const lists = listDelivery(open, source, authority.signing, world)
  const course = rollouts(
    {
      database,
      lines: open,
      nodes: () => known.facts(),
      forgive: () => known.forgive(),
      rollback: context.rollback,
      changed: () => tell('rollout'),
      ping: () => pingText(),
    },
    world,
  )
  const topology = places(context.identity, known, open)
  const reporter = news(open, clock, () => tell('nodes'))
  const pingText = (): string =>
    JSON.stringify({ kind: 'ping', at_ms: clock.now(), hlc: context.hlc?.now() })
  let listed: NodeIdentity | undefined
  const loadNodes = async () => {
    const own = context.identity()
    // Its certificate is renewed without us.
    if (own.certificate !== listed?.certificate) await listOwnNode(database, context, clock.now())
    listed = own
    await known.load()
    revoked.set(known.revoked())
  }
  let draining: Disposable | undefined
  const cycle = rising.use(
    turns<Thing>(async (wanted) => {
      if (wanted.has('nodes')) await loadNodes()
      topology.tell()
      await course.turn(wanted.has('commit') ? 'told' : wanted.has('look') ? 'look' : 'know')
      if (wanted.has('lists')) {
        const left = await lists.deliver()
        if (left === 'more') cycle.want('lists')
        else if (left === 'busy') {
          // One at a time: a line that nobody reads must not make more of them with every look.
          draining?.[Symbol.dispose]()
          draining = clock.after(drain_ms, () => cycle.want('lists'))
        }
      }
      reporter.tell(() => known.views(course.newest()))
      if (wanted.has('saving')) await known.tend()
    }, world),
  )
  const tools = {
    ...{ database, authority, version: context.version, topology: topology.now, hlc: context.hlc },
    ...{ registry: known, revocations: revoked, lines: open, files: files(database) },
    count: () => known.size,
    joined: loadNodes,
    heard: () => cycle.want('facts'),
    opened: () => cycle.want('facts', 'lists'),
  }
  // So that the first node finds us ready; a database that is away is waited for later.
  cycle.want('nodes', 'look')
  await cycle.settled()
  const listener = answerCalls(calls(tools, world), log)
  const port = rising.use(await listen(settings.listen, context.identity(), listener, clock))
  // Closed first: open streams would keep the port open.
  rising.defer(() => {
    for (const line of open.all()) line.close()
  })
  rising.use(clock.every(look_ms, () => cycle.want('look', 'nodes', 'lists')))
  rising.use(clock.every(save_ms, () => cycle.want('saving')))
  const unread: Unread = new WeakMap()
  rising.use(clock.every(ping_ms, () => ping(open, pingText, clock, unread)))
  let shown = context.identity()
  rising.use(
    clock.every(look_ms, () => {
      const identity = context.identity()
      if (identity.certificate !== shown.certificate) port.show(identity)
      shown = identity
    }),
  )
  log.event('notifier.started', { address: port.address, pin: authority.pin })
  const closing = rising.move()
  return {
    address: port.address,
    nodes: async () => {
      // Not between two turns: whoever looks on holds up neither bans nor commits.
      await loadNodes()
      return known.views(course.newest())
    },
    rollout: async () => course.view(),
    onCommitted: () => cycle.want('commit'),
    onListsChanged: () => cycle.want('lists'),
    onNodesChanged: () => cycle.want('nodes', 'lists'),
    async resume() {
      await cycle.alone(() => course.resume())
      cycle.want('facts')
    },
    onChange(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => listeners.delete(listener) }
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** The policy server is a node like any other; nobody invited it. */
async function listOwnNode(
  database: Database,
  { identity, version }: NotifierContext,
  now_ms: number,
): Promise<void> {
  const own = identity()
  await upsertNode(database, {
    id: own.node_id,
    name: own.name,
    roles: own.roles,
    group: own.group,
    address: own.policy_servers[0] ?? '',
    version,
    protocol: protocol.current,
    joined_at: new Date(now_ms).toISOString(),
    certificate_expires_at: new Date(expiresAt(own)).toISOString(),
  })
}

/** Lines that are busy, how much they had taken then, and since when that has not changed. */
type Unread = WeakMap<Line, { readonly taken: number; readonly since_ms: number }>

/** Says that we are there; cuts lines that are dead or whose certificate has ended. */
function ping(
  open: ReturnType<typeof lines>,
  textOf: () => string,
  clock: World['clock'],
  unread: Unread,
): void {
  const text = textOf()
  const now_ms = clock.elapsed()
  for (const line of open.all()) {
    const before = unread.get(line)
    if (!line.is_busy) unread.delete(line)
    else if (before?.taken !== line.taken) unread.set(line, { taken: line.taken, since_ms: now_ms })
    const is_stuck = line.is_busy && now_ms - (unread.get(line)?.since_ms ?? now_ms) >= silence_ms
    const is_dead = now_ms - line.heard_at_ms >= silence_ms
    if (is_dead || is_stuck || clock.now() >= line.ends_ms) line.close()
    else if (!line.is_busy) line.sendText(text)
  }
}
