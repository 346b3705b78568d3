import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeStatus } from '#model/node.ts'
import { health, troubles, verdict } from './health.ts'
import { shop } from './policy.support.ts'

const now_ms = Date.parse('2026-11-20T12:00:00.000Z')

function node(changes: Partial<NodeStatus> = {}): NodeStatus {
  return {
    node: 'a',
    version: '0.0.1',
    startid: '1',
    timestamp: new Date(now_ms - 1_000).toISOString(),
    started_at: new Date(now_ms - 60_000).toISOString(),
    requests: 0,
    attacks: 0,
    blocked: 0,
    abnormal: 0,
    faults: 0,
    overlimits_time: 0,
    deferred: 0,
    lost: 0,
    time_detect: 0,
    bytes_in: 0,
    bytes_out: 0,
    upstream_errors: 0,
    bundle: 'b',
    below_threshold: 0,
    revision: 1,
    lists_revision: 0,
    agent: null,
    delivery_trouble: null,
    last_reload: null,
    rule_set: 'crs',
    rules: 1,
    bundle_applied_at: new Date(now_ms).toISOString(),
    workers: [{ pid: 1, index: 0, state: 'ready', rss_bytes: 1, restarts: 0, bundle: 'b' }],
    upstreams: [],
    split: [],
    ...changes,
  }
}

const ago = (ms: number) => new Date(now_ms - ms).toISOString()
const [main = '', backup = ''] = shop.upstreams.map((upstream) => upstream.url)
const down = (url: string) => ({ site: 'shop', url, is_up: false, is_backup: false, fails: 3 })

function wrong(nodes: readonly NodeStatus[], before: readonly (readonly [string, number])[] = []) {
  return troubles({ now_ms, sites: [shop], nodes, deferred_before: new Map(before) })
}

const cases: readonly (readonly [
  what: string,
  nodes: readonly NodeStatus[],
  troubles: string[],
])[] = [
  ['all is well', [node()], []],
  ['nobody has reported', [], ['No edge has reported yet']],
  ['ten seconds are not too long', [node({ timestamp: ago(10_000) })], []],
  [
    'a node is silent',
    [node({ timestamp: ago(35_000), lost: 5 }), node({ node: 'b' })],
    ['Node a has not reported for 35 s'],
  ],
  ['a node is gone for good', [node({ timestamp: ago(90_000_000) }), node({ node: 'b' })], []],
  [
    'workers only start',
    [node({ workers: [{ ...node().workers[0], state: 'starting' } as never] })],
    ['Node a has no worker that takes connections'],
  ],
  [
    'one of two upstreams is down',
    [node({ upstreams: [down(main)] })],
    ['1 of 2 upstreams of shop is down'],
  ],
  [
    'both are down',
    [node({ upstreams: [down(main), down(backup)] })],
    [`Site shop is down: ${main}, ${backup} do not answer`],
  ],
  ['records were lost', [node({ lost: 1200 })], ['Node a lost 1,200 records']],
]

for (const [what, nodes, expected] of cases) {
  test(`troubles() when ${what}`, () => assert.deepEqual(wrong(nodes), expected))
}

test('records that wait are trouble only when there are many and more and more', () => {
  const waiting = [node({ deferred: 500 })]
  assert.deepEqual(wrong(waiting), [])
  assert.deepEqual(wrong(waiting, [['a', 500]]), [])
  assert.deepEqual(wrong([node({ deferred: 99 })], [['a', 1]]), [])
  assert.deepEqual(wrong(waiting, [['a', 400]]), ['500 records of node a wait for analytics'])
})

test('health() remembers what waited and forgets it after a minute', () => {
  const { troubles: see } = health()
  const at = (ms: number, deferred: number) => {
    const timestamp = new Date(now_ms + ms).toISOString()
    return see([shop], [node({ deferred, timestamp })], now_ms + ms).length
  }
  assert.deepEqual([at(0, 200), at(5_000, 300), at(12_000, 400)], [0, 0, 1])
  assert.equal(at(200_000, 500), 0)
})

test('the verdict begins with what is wrong and ends with what happened', () => {
  const when = 'in the last hour'
  const none = { blocked: 0, monitored: 0 }
  assert.equal(verdict([], none, when), 'All sites are up. No attacks in the last hour.')
  assert.equal(
    verdict([], { blocked: 1, monitored: 0 }, when),
    'All sites are up. 1 attack blocked in the last hour.',
  )
  assert.equal(
    verdict([], { blocked: 1200, monitored: 3 }, when),
    'All sites are up. 1,200 attacks blocked, 3 seen and let through in the last hour.',
  )
  assert.equal(
    verdict(['A', 'B', 'C', 'D', 'E'], { blocked: 0, monitored: 2 }, when),
    'A. B. C. 2 more problems. 2 attacks seen and let through in the last hour.',
  )
})
