import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attack } from '#model/attack.ts'
import type { RolloutView } from '#model/draft.ts'
import type { SystemEvent } from '#model/event.ts'
import type { NodeView } from '#model/node-view.ts'
import type { LiveHandlers } from '#parts/client/live.ts'
import { type ClusterChange, liveFeed } from './live-feed.ts'

function feedByHand() {
  let handlers: LiveHandlers = {}
  const feed = liveFeed(
    (given) => {
      handlers = given
      return { [Symbol.dispose]() {} }
    },
    () => 42,
  )
  return { feed, handlers: () => handlers }
}

const attack = (id: string, hits: number) => ({ id, hits }) as Attack

test('attacks are told together, each once, in its newest version', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, handlers } = feedByHand()
  const told: (readonly Attack[])[] = []
  feed.onAttacks((attacks) => told.push(attacks))
  handlers().attack?.(attack('a', 1))
  handlers().attack?.(attack('b', 1))
  handlers().attack?.(attack('a', 2))
  assert.equal(told.length, 0)
  t.mock.timers.tick(500)
  assert.deepEqual(told, [[attack('a', 2), attack('b', 1)]])
})

test('a flood of attacks is bounded', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, handlers } = feedByHand()
  let count = 0
  feed.onAttacks((attacks) => {
    count += attacks.length
  })
  for (let i = 0; i < 10_000; i++) handlers().attack?.(attack(String(i), 1))
  t.mock.timers.tick(500)
  assert.equal(count, 500)
})

test('the state says when the stream broke, and forgets it when it is back', () => {
  const { feed, handlers } = feedByHand()
  assert.equal(feed.state().status, 'connecting')
  handlers().alive?.(true)
  assert.equal(feed.state().status, 'live')
  handlers().alive?.(false)
  handlers().alive?.(false)
  assert.deepEqual(feed.state(), { status: 'lost', lost_at: 42 })
  handlers().alive?.(true)
  assert.equal(feed.state().status, 'live')
})

test('who left is told no more', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, handlers } = feedByHand()
  const leave = feed.onAttacks(() => assert.fail('told after leaving'))
  leave()
  handlers().attack?.(attack('a', 1))
  t.mock.timers.tick(500)
})

test('of several states of the nodes the newest is told, beside the roll-out', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, handlers } = feedByHand()
  const told: ClusterChange[] = []
  feed.onCluster((change) => told.push(change))
  handlers().nodes?.([])
  handlers().rollout?.({ revision: 1 } as RolloutView)
  handlers().nodes?.([{ name: 'edge-1' } as NodeView])
  t.mock.timers.tick(100)
  assert.deepEqual(told, [{ nodes: [{ name: 'edge-1' }], rollout: { revision: 1 } }])
})

test('system events are told together and in order, and a flood of them is bounded', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, handlers } = feedByHand()
  const told: string[] = []
  feed.onAttacks(() => assert.fail('no attack came'))
  feed.onEvents((events) => told.push(...events.map((event) => event.id)))
  for (let i = 0; i < 10_000; i++) handlers().event?.({ id: String(i) } as SystemEvent)
  t.mock.timers.tick(500)
  assert.deepEqual([told.length, told[0], told.at(-1)], [500, '0', '499'])
})
