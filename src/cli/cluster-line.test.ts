/** Notifier and agents with each other, over real TLS, a real database and real shelves: what both rooms promise. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '#base/fault.ts'
import { silentLog } from '#base/log.ts'
import type { SignedBundle } from '#model/bundle.ts'
import { openShelf, type Shelf } from '#parts/bundle/shelf.ts'
import { sha256 } from '#parts/bundle/signing.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { revokeNode } from '#parts/records/cluster-nodes.ts'
import { testWorld } from '#parts/records/records.support.ts'
import { type Agent, startAgent } from '#services/agent/service.ts'
import { type TestCluster, testCluster } from '#services/notifier/notifier.support.ts'

type Node = AsyncDisposable & { readonly agent: Agent; readonly shelf: Shelf }

let cluster: TestCluster
let edge_identity: NodeIdentity
before(async () => {
  cluster = await testCluster()
  edge_identity = await cluster.joinNode('edge-1')
})
after(() => cluster[Symbol.asyncDispose]())

/** A node with the shelf that it had before; it does not take policies that say "bad". */
function startNode(identity: NodeIdentity): Node {
  const { cluster_id, signing_keys } = identity
  const trust = { cluster_id, keys: signing_keys }
  const shelf = openShelf(join(cluster.dir, `shelf-${identity.name}`), () => trust)
  let enforced: SignedBundle | undefined = shelf.active()?.bundle
  const agent = startAgent(
    {
      identity: () => identity,
      version: '0.2.0',
      address: '127.0.0.1',
      shelf,
      boot_id: randomUUID(),
      local_policy_server: cluster.notifier.address,
      async apply({ bundle, files }) {
        if (textOf(files).includes('bad') && identity.name === 'edge-1') {
          throw new Fault('seclang.bad', 'Cannot read rule 7', {})
        }
        shelf.activate(bundle)
        enforced = bundle
      },
      enforced: () => (enforced ? { id: enforced.id, revision: enforced.head.revision } : null),
      counters: () => ({ requests: 0, blocked: 0, errors: 0 }),
      onLists() {},
      onTopology() {},
      async renew() {},
    },
    { ...testWorld(), log: silentLog },
  )
  return { agent, shelf, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
}

const textOf = (files: ReadonlyMap<string, Uint8Array> | undefined) =>
  Buffer.from(files?.get('policy.json') ?? []).toString()
const active = (node: Node) => textOf(node.shelf.active()?.files)
const view = async (name: string) =>
  (await cluster.notifier.nodes()).find((one) => one.name === name)
const rollout = () => cluster.notifier.rollout()
async function until(is: () => Promise<boolean> | boolean): Promise<void> {
  const end_ms = performance.now() + 15_000
  while (!(await is())) {
    if (performance.now() > end_ms) throw new Error(`never came: ${is}`)
    await sleep(10)
  }
}
const ends = (revision: number, state: string) =>
  until(async () => {
    const now = await rollout()
    return now?.revision === revision && now.state === state
  })
const limit = { timeout: 20_000 }

test(
  'the first bundle and the next ones reach all nodes and lie on their shelves',
  limit,
  async () => {
    await using policy = startNode(cluster.identity)
    await using edge = startNode(edge_identity)
    await cluster.commit('one')
    await ends(1, 'done')
    await cluster.commit('two')
    await ends(2, 'done')
    assert.deepEqual([active(policy), active(edge)], ['two', 'two'])
    assert.deepEqual([edge.shelf.revision_floor, edge.agent.state().trouble], [2, undefined])
    assert.equal((await view('edge-1'))?.sync_status, 'in_sync')
  },
)

test('what one node refuses goes no further, and the policy before comes back', limit, async () => {
  await using policy = startNode(cluster.identity)
  await using edge = startNode(edge_identity)
  await cluster.commit('bad')
  await ends(3, 'stopped')
  assert.match((await rollout())?.why ?? '', /edge-1 refused it: Cannot read rule 7/)
  assert.deepEqual([active(policy), active(edge)], ['bad', 'two'])
  assert.match(edge.agent.state().trouble ?? '', /rule 7/)
  const refused = await view('edge-1')
  assert.deepEqual([refused?.sync_status, refused?.refusal?.code], ['refused', 'seclang.bad'])
  await until(() => cluster.rollbacks.length === 1)
  assert.equal(cluster.rollbacks[0]?.revision, 2)
  await cluster.commit('two')
  await ends(4, 'done')
  assert.deepEqual([active(policy), active(edge)], ['two', 'two'])
})

test(
  'a file that was changed in the database is refused, and the next commit heals it',
  limit,
  async () => {
    await using policy = startNode(cluster.identity)
    await using edge = startNode(edge_identity)
    for (const name of ['policy-1', 'edge-1']) {
      await until(async () => (await view(name))?.connection_status === 'connected')
    }
    // A file that is there already is not stored again.
    await cluster.database.kysely
      .insertInto('content_files')
      .values({ sha256: sha256('three'), size_bytes: 5, bytes: Buffer.from('thrEe') })
      .execute()
    await cluster.commit('three')
    await ends(5, 'stopped')
    assert.match((await rollout())?.why ?? '', /policy-1 could not take it.*have the hash/)
    assert.deepEqual([active(policy), active(edge)], ['two', 'two'])
    await cluster.commit('four')
    await ends(6, 'done')
    assert.deepEqual([active(policy), active(edge)], ['four', 'four'])
  },
)

test(
  'a node that was away holds nothing up and catches up, past what came between',
  limit,
  async () => {
    await using _policy = startNode(cluster.identity)
    await until(async () => (await view('policy-1'))?.connection_status === 'connected')
    await until(async () => (await view('edge-1'))?.connection_status === 'disconnected')
    await cluster.commit('five')
    await ends(7, 'done')
    await cluster.commit('six')
    await ends(8, 'done')
    await using edge = startNode(edge_identity)
    assert.equal(active(edge), 'four')
    await until(() => active(edge) === 'six')
    await until(async () => (await view('edge-1'))?.sync_status === 'in_sync')
  },
)

test('a node that is cut off is told so, and goes on with what it has', limit, async () => {
  await using policy = startNode(cluster.identity)
  await using edge = startNode(edge_identity)
  await until(() => edge.agent.state().connected_to !== undefined)
  await revokeNode(cluster.database, edge_identity.node_id, new Date().toISOString())
  cluster.notifier.onNodesChanged()
  await until(() => /it was cut off/.test(edge.agent.state().trouble ?? ''))
  await cluster.commit('seven')
  await ends(9, 'done')
  assert.deepEqual([active(policy), active(edge)], ['seven', 'six'])
  await until(() => policy.shelf.lists()?.revoked_nodes[0] === edge_identity.node_id)
})
