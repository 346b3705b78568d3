import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { hybridClock } from '#base/hybrid-clock.ts'
import { testCluster, testEntry } from '#parts/bundle/bundle.support.ts'
import { cluster, connected, fakeServer, testAgent, until } from './agent.support.ts'

test('lists are handed on at once as a whole and as what changed; what is forged is not', async () => {
  const clock = testClock()
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock })
  await connected(server)
  const say = (head: Parameters<typeof cluster.lists>[0]) =>
    server.say({ kind: 'lists', lists: cluster.lists(head) })
  say({ revision: 3, entries: [testEntry(1)] })
  say({ revision: 4, since: 3, entries: [testEntry(2)] })
  await until(() => node.lists.length === 2)
  const [all, change] = node.lists[1] ?? []
  assert.equal(all?.entries.length, 2)
  assert.equal(change?.entries.length, 1)
  await until(() => server.reports.at(-1)?.lists_revision === 4)
  // Older than what is known: told, and not believed; the line goes on.
  say({ revision: 2 })
  await until(() => node.logged.includes('shelf.not_kept'))
  const forged = testCluster(cluster.trust.cluster_id).lists({ revision: 9 })
  server.say({ kind: 'lists', lists: forged })
  await until(() => node.agent.state().connected_to === undefined)
  assert.match(node.agent.state().trouble ?? '', /no key of this cluster/)
  await until(
    () => server.hellos.length === 2,
    () => clock.advance(node.agent.state().connected_to ? 0 : 50),
  )
  assert.equal(server.hellos[1]?.lists_revision, 4)
  assert.equal(node.lists.length, 2)
  await node[Symbol.asyncDispose]()
  await using again = testAgent([], { dir: node.dir })
  assert.equal(again.lists[0]?.[0].entries.length, 2, 'what is on the shelf holds from the start')
})

test('what a policy server did is earlier than what this node does after it heard of it', async () => {
  const clock = testClock()
  const hlc = hybridClock(clock)
  // A policy server whose clock is half a minute ahead.
  const theirs = hybridClock({ now: () => clock.now() + 30_000 })
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock, hlc })
  await connected(server)
  const said = server.hellos[0]?.hlc ?? ''
  assert.match(said, /^\d{15}\.\d{5}$/)
  const told = theirs.now()
  server.say({ kind: 'ping', at_ms: 0, hlc: told })
  await until(() => hlc.now() > told)
  await until(
    () => (server.reports.at(-1)?.hlc ?? '') > told,
    () => clock.advance(1_000),
  )
  assert.equal(node.agent.state().trouble, undefined)
})
