/** What a notifier says beside bundles: lists, who is cut off, and the time. On the cluster of the caller. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hybridClock } from '#base/hybrid-clock.ts'
import { revokeNode } from '#parts/records/cluster-nodes.ts'
import { listsRevision } from '#parts/records/lists-revision.ts'
import { type TestCluster, testAgent } from './notifier.support.ts'

const now = () => new Date().toISOString()

export function saidSuite(given: () => TestCluster): void {
  test('what a node did is earlier than what is done here after it told, and so is ours', async () => {
    const cluster = given()
    const identity = await cluster.joinNode('ahead')
    const theirs = hybridClock({ now: () => Date.now() + 20_000 })
    const said = theirs.now()
    await using agent = await testAgent(cluster.notifier.address, identity, { hlc: said })
    const { hlc = '' } = await agent.next('welcome')
    assert.ok(hlc > said)
    const later = theirs.now()
    assert.equal(await agent.report({ hlc: later }), 204)
    assert.ok(cluster.hlc.now() > later)
  })

  test('a revocation goes out with the first lists that carry its revision, whoever asked for them', async () => {
    const cluster = given()
    const { address } = cluster.notifier
    const identity = await cluster.joinNode('cut-off')
    await using witness = await testAgent(address, await cluster.joinNode('second-witness'))
    await witness.next('lists')
    await revokeNode(cluster.database, identity.node_id, now())
    // A ban was told in the same moment; the list of nodes was not read again.
    cluster.notifier.onListsChanged()
    const { lists } = await witness.next('lists')
    assert.ok(lists.head.revoked_nodes.includes(identity.node_id))
  })

  test('lists that an old copy of the database does not know are passed by, and all are told everything', {
    timeout: 10_000,
  }, async () => {
    const cluster = given()
    const { address } = cluster.notifier
    const [survivor, other] = [await cluster.joinNode('keeper'), await cluster.joinNode('keeper-2')]
    const known = await listsRevision(cluster.database)
    await using one = await testAgent(address, other, { lists_revision: known })
    await one.next('welcome')
    await using two = await testAgent(address, survivor, { lists_revision: known + 40 })
    for (const agent of [one, two]) {
      const { head } = (await agent.next('lists')).lists
      assert.deepEqual([head.since, head.revision, head.more], [null, known + 41, undefined])
    }
  })
}
