/** A cluster behind the console: the real notifier, and nodes that are real agents whose workers only pretend. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { NodeRole } from '#model/node-role.ts'
import { openShelf } from '#parts/bundle/shelf.ts'
import { type Authority, foundCluster } from '#parts/identity/authority.ts'
import { joinCluster } from '#parts/identity/join.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import type { Database } from '#parts/records/database.ts'
import { startAgent } from '#services/agent/service.ts'
import { type Notifier, type NotifierContext, startNotifier } from '#services/notifier/service.ts'
import type { ClusterDesk } from '#services/policy/handler.ts'

const version = '0.2.0'
/** What the workers of a node take to compile and to swap: long enough to be seen. */
const apply_ms = 250

export type Cluster = AsyncDisposable & {
  /** What the policy service is given. */
  readonly desk: ClusterDesk
  readonly notifier: Notifier
  /** What `gatehouse join` does on a new machine, with the line that the console shows. */
  join(line: string, name: string): Promise<void>
  /** The founder's own agent. */
  startOwn(): void
  /** The next bundle is refused by this node, as by one that cannot compile it. */
  refuseNext(name: string, sentence: string): void
  /** Set once the policy service runs: a failed roll-out goes back by it. */
  rollback: NonNullable<NotifierContext['rollback']>
}

type Founder = {
  readonly dir: string
  readonly name: string
  readonly database: Database
  /** False: a roll-out that goes wrong stops, and stays where it is. */
  readonly has_rollback: boolean
}

export async function openCluster(founder: Founder, world: World): Promise<Cluster> {
  const { dir, name, database, has_rollback } = founder
  await using rising = new AsyncDisposableStack()
  const roles: NodeRole[] = ['policy', 'analytics', 'edge']
  const words = { name, roles, policy_servers: [], analytics: ['127.0.0.1:3313'] }
  const founded = await foundCluster(join(dir, 'identity'), words, world.clock.now())
  const authority: Authority = founded.authority
  let own: NodeIdentity = founded.identity
  const held: Pick<Cluster, 'rollback'> = { rollback: async () => {} }
  const notifier = rising.use(
    await startNotifier(
      { listen: '127.0.0.1:0' },
      {
        ...{ database, authority, version },
        identity: () => own,
        ...(has_rollback
          ? { rollback: (wanted: Parameters<typeof held.rollback>[0]) => held.rollback(wanted) }
          : {}),
      },
      world,
    ),
  )
  own = { ...own, policy_servers: [notifier.address] }
  const agents = rising.use(new AsyncDisposableStack())
  const refusals = new Map<string, string>()
  const start = (identity: NodeIdentity) => {
    agents.use(startNode({ identity, dir, refusals }, world))
  }
  const closing = rising.move()
  return Object.assign(held, {
    notifier,
    desk: deskOf(notifier, authority, dir),
    async join(line: string, node: string) {
      const { answer, key } = await joinCluster({
        server: notifier.address,
        token: /--token (\S+)/.exec(line)?.[1] ?? '',
        pin: /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? '',
        name: node,
        version,
      })
      start({ ...answer, key, policy_servers: [notifier.address] })
    },
    startOwn: () => start(own),
    refuseNext: (node: string, sentence: string) => void refusals.set(node, sentence),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  })
}

function deskOf(notifier: Notifier, authority: Authority, dir: string): ClusterDesk {
  return {
    authority,
    kept_dir: join(dir, 'rules'),
    cluster_address: () => notifier.address,
    nodes: () => notifier.nodes(),
    rollout: () => notifier.rollout(),
    onCommitted: () => notifier.onCommitted(),
    onListsChanged: () => notifier.onListsChanged(),
    onNodesChanged: () => notifier.onNodesChanged(),
    resumeRollout: () => notifier.resume(),
  }
}

type NodeParts = {
  readonly identity: NodeIdentity
  readonly dir: string
  readonly refusals: Map<string, string>
}

function startNode({ identity, dir, refusals }: NodeParts, world: World): AsyncDisposable {
  const { cluster_id, signing_keys: keys, name } = identity
  const trust = () => ({ cluster_id, keys })
  const shelf = openShelf(join(dir, `shelf-${name}`), trust)
  let enforced = shelf.active()?.bundle
  const counters = { requests: 0, blocked: 0, errors: 0 }
  return startAgent(
    {
      identity: () => identity,
      version,
      address: `${name}.example`,
      shelf,
      boot_id: randomUUID(),
      async apply({ bundle }) {
        await pause(apply_ms)
        const sentence = refusals.get(name)
        refusals.delete(name)
        // A fault of the policy: what only this node cannot do takes no commit back.
        if (sentence !== undefined) throw new Fault('waf.bad_rule', sentence, {})
        shelf.activate(bundle)
        enforced = bundle
      },
      enforced: () => (enforced ? { id: enforced.id, revision: enforced.head.revision } : null),
      counters() {
        counters.requests += 40
        return { ...counters }
      },
      onLists() {},
      onTopology() {},
      async renew() {},
    },
    world,
  )
}
