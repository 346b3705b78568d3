import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cluster, commit, node, zero } from './decide.support.ts'
import { resumed } from './decide.ts'

const four = () => [node('edge-a'), node('edge-b'), node('edge-c'), node('policy-1')]

test('policy servers come first, then the canary group with what is part of it, then waves', () => {
  const nodes = [
    ...four(),
    node('edge-d', { group: 'in-first' }),
    node('edge-e', { group: 'first' }),
  ]
  const c = cluster(nodes, commit({ canary_group: 'first', wave_size: 2 }))
  assert.deepEqual(c.offered(), ['policy-1:newest'])
  c.apply('policy-1')
  assert.deepEqual(c.offered(), ['edge-d:newest', 'edge-e:newest'])
  c.apply('edge-d')
  assert.deepEqual(c.offered(), ['edge-e:newest'])
  c.apply('edge-e')
  assert.deepEqual(c.offered(), ['edge-a:newest', 'edge-b:newest'])
  c.apply('edge-a', 'edge-b')
  assert.deepEqual(c.offered(), ['edge-c:newest'])
  c.apply('edge-c')
  const { plan, offers } = c.run()
  assert.equal(offers.size, 0)
  assert.equal(plan.state, 'done')
  assert.equal(plan.why, 'all 6 nodes enforce it')
  assert.deepEqual(
    plan.waves.map((wave) => wave.name),
    ['policy servers', 'canary', 'wave 1', 'wave 2'],
  )
})

test('nodes that are away hold nothing up and catch up when they come', () => {
  const c = cluster(four())
  c.change('edge-b', { is_connected: false })
  c.apply('policy-1')
  c.run()
  c.apply('edge-a', 'edge-c')
  const { plan } = c.run()
  assert.equal(plan.state, 'done')
  assert.equal(plan.why, '3 of 4 nodes enforce it, missing edge-b (absent)')
  c.change('edge-b', { is_connected: true, line: `${c.now()}` })
  assert.deepEqual(c.offered(), ['edge-b:newest'])
  c.apply('edge-b')
  assert.equal(c.run().plan.why, 'all 4 nodes enforce it')
})

test('a node that ran what the database lost holds nothing up, is offered nothing older, and gets what is above', () => {
  const lost = { enforced: { id: 'b9', revision: 9 }, floor: 9 }
  const c = cluster([node('edge-a'), node('edge-z', lost), node('policy-1')])
  assert.deepEqual(c.offered(), ['policy-1:newest'])
  c.apply('policy-1')
  assert.deepEqual(c.offered(), ['edge-a:newest'])
  c.apply('edge-a')
  const { plan, offers } = c.run()
  assert.deepEqual([plan.state, offers.size], ['done', 0])
  assert.match(plan.waves[1]?.nodes[1]?.message ?? '', /ran revision 9/)
  const above = commit({}, { revision: 10, bundle_id: 'b10' })
  const next = cluster([node('edge-z', lost)], above)
  assert.deepEqual(next.offered(), ['edge-z:newest'])
  // What it ran was damaged and it fell back: the same revision is no other one.
  const fell_back = { enforced: { id: 'b1', revision: 1 }, floor: 2 }
  assert.deepEqual(cluster([node('edge-y', fell_back)]).offered(), ['edge-y:newest'])
})

test('who stops a roll-out is named, with what to do should its word not be true', () => {
  const c = cluster(four(), commit({ wait: '60s' }))
  c.apply('policy-1')
  c.run()
  c.wait(60_000)
  c.run()
  c.apply('edge-a', 'edge-b', 'edge-c')
  c.run()
  c.change('edge-b', { counters: { requests: 90, blocked: 0, errors: 90 } })
  c.change('edge-c', { counters: { requests: 90, blocked: 0, errors: 1 } })
  const { why } = c.run().plan
  assert.match(why, /most of them on edge-b \(should edge-b .*gatehouse node revoke edge-b\)/)
})

test('a refusal stops the roll-out, and the policy before is to be committed again', () => {
  const c = cluster(four(), commit({ wave_size: 1 }))
  c.apply('policy-1')
  c.run()
  c.refuse('edge-a')
  const { plan, offers } = c.run()
  assert.equal(plan.state, 'stopped')
  assert.equal(plan.rollback_to?.revision, 1)
  assert.match(plan.why, /stopped in wave 1: edge-a refused it: Cannot compile \(waf\.bad\)/)
  assert.match(plan.why, /gatehouse node revoke edge-a\)/)
  assert.equal(offers.size, 0)
})

test('a connected node that says nothing stops the roll-out without a roll-back', () => {
  const c = cluster(four(), commit({ receipt_timeout: '10s' }))
  c.run()
  c.wait(9_999)
  assert.equal(c.run().plan.state, 'running')
  c.wait(1)
  const { plan } = c.run()
  assert.equal(plan.state, 'stopped')
  assert.equal(plan.failure?.cause, 'silent')
  assert.equal(plan.rollback_to, null)
})

test('a node that goes away with the offer is waited for, then the wave goes on without it', () => {
  const c = cluster(four(), commit({ receipt_timeout: '10s', wave_size: 2 }))
  c.apply('policy-1')
  c.run()
  c.change('edge-a', { is_connected: false })
  c.apply('edge-b')
  assert.equal(c.run().plan.why, 'wave 1: waiting for edge-a')
  c.wait(10_000)
  assert.deepEqual(c.offered(), ['edge-c:newest'])
})

test('a bundle that takes its first nodes with it does not go on to the others', () => {
  const c = cluster(four(), commit({ receipt_timeout: '10s', wave_size: 1 }))
  c.apply('policy-1')
  c.run()
  c.change('edge-a', { is_connected: false })
  c.run()
  c.wait(10_000)
  assert.equal(c.run().plan.failure?.cause, 'lost')
})

test('a node that comes and goes cannot hold a wave for ever', () => {
  const c = cluster(four(), commit({ receipt_timeout: '10s' }))
  c.apply('policy-1')
  for (let i = 0; i < 4; i++) {
    c.change('edge-a', { is_connected: true, line: `${c.now()}` })
    c.apply('edge-b', 'edge-c')
    c.run()
    c.wait(9_000)
  }
  assert.equal(c.run().plan.failure?.cause, 'silent')
})

test('a stopped roll-out offers nothing new, only what was good before to nodes that have less', () => {
  const c = cluster(four(), commit({ wave_size: 1 }))
  c.apply('policy-1')
  c.run()
  c.refuse('edge-a')
  c.run()
  c.change('edge-c', { enforced: null })
  c.change('edge-new', { enforced: null })
  assert.deepEqual(c.offered(), ['edge-c:base', 'edge-new:base'])
})

test('a wave is watched: more failures than before and than allowed stop it and roll it back', () => {
  for (const [errors, blocked, want] of [
    [14, 0, undefined],
    [16, 0, 'out_of_bounds'],
    [10, 20, undefined],
    [10, 31, 'out_of_bounds'],
  ] as const) {
    const c = cluster([node('policy-1'), node('edge-a')], commit({ wait: '20s' }))
    c.change('policy-1', { before: { requests: 100, blocked: 10, errors: 10 } })
    c.run()
    c.apply('policy-1')
    c.change('policy-1', { counters: { requests: 500, blocked: 50, errors: 50 } })
    assert.match(c.run().plan.why, /^policy servers: watched until/)
    c.wait(5_000)
    const counters = { requests: 600, blocked: 50 + blocked, errors: 50 + errors }
    c.change('policy-1', { counters })
    assert.equal(c.run().plan.failure?.cause, want, `${errors} ${blocked}`)
    if (want) {
      assert.equal(c.run().plan.rollback_to?.revision, 1)
      continue
    }
    assert.deepEqual(c.offered(), [])
    c.wait(15_000)
    assert.deepEqual(c.offered(), ['edge-a:newest'])
  }
})

test('a few requests say nothing, and a node that was restarted counts anew', () => {
  const c = cluster([node('policy-1')], commit({ wait: '20s' }))
  c.change('policy-1', { counters: { requests: 1000, blocked: 0, errors: 0 } })
  c.apply('policy-1')
  c.run()
  c.change('policy-1', { counters: { requests: 19, blocked: 19, errors: 19 } })
  assert.equal(c.run().plan.state, 'running')
  c.change('policy-1', { counters: { requests: 38, blocked: 38, errors: 38 } })
  assert.equal(c.run().plan.state, 'running')
  c.change('policy-1', { counters: { requests: 60, blocked: 60, errors: 60 } })
  assert.equal(c.run().plan.failure?.cause, 'out_of_bounds')
})

test('a roll-back goes to all at once, first to those that have the bad one, and is never rolled back', () => {
  const about = commit(
    { wave_size: 1, wait: '1m' },
    { revision: 3, bundle_id: 'b3', is_rollback: true },
  )
  const c = cluster(four(), about)
  c.change('edge-b', { enforced: { id: 'b2', revision: 2 } })
  assert.deepEqual(c.offered(), [
    'edge-b:newest',
    'edge-a:newest',
    'edge-c:newest',
    'policy-1:newest',
  ])
  c.refuse('edge-c')
  const { plan } = c.run()
  assert.equal(plan.state, 'stopped')
  assert.equal(plan.rollback_to, null)
})

test('a node that is in trouble itself stops the wave, and takes nothing back from the others', () => {
  for (const code of ['bundle.shelf_full', 'supervisor.worker_lost', 'supervisor.worker_slow']) {
    const c = cluster(four())
    c.apply('policy-1')
    c.run()
    c.refuse('edge-a', code)
    const { plan } = c.run()
    assert.deepEqual(
      [plan.state, plan.rollback_to, plan.failure?.cause],
      ['stopped', null, 'unable'],
    )
    assert.match(plan.why, /edge-a could not take it: .*; mend edge-a, then type gatehouse rollout/)
    assert.doesNotMatch(plan.why, /going back/)
  }
  for (const code of ['enforcement.bad_file', 'seclang.bad', 'regex.bad', 'waf.bad']) {
    const c = cluster(four())
    c.apply('policy-1')
    c.run()
    c.refuse('edge-a', code)
    assert.equal(c.run().plan.rollback_to?.revision, 1)
  }
})

test('where nothing can commit an earlier policy again, a roll-out that stops does not say that it goes back', () => {
  const c = cluster(four(), commit(), false)
  c.run()
  c.refuse('policy-1')
  const { plan } = c.run()
  assert.deepEqual([plan.state, plan.rollback_to], ['stopped', null])
  assert.doesNotMatch(plan.why, /going back/)
})

test('the first commit of all cannot be rolled back', () => {
  const c = cluster([node('policy-1', { enforced: null })], commit({}, { base: undefined }))
  c.run()
  c.refuse('policy-1')
  const { plan } = c.run()
  assert.deepEqual([plan.state, plan.rollback_to], ['stopped', null])
})

test('a resumed roll-out offers the failed wave once more', () => {
  const c = cluster(four())
  c.apply('policy-1')
  c.run()
  c.refuse('edge-a')
  const stopped = c.run().plan
  c.change('edge-a', { refusal: null })
  const again = resumed(stopped, c.now())
  assert.equal(again.attempt, 2)
  c.replace(again)
  assert.deepEqual(c.offered(), ['edge-a:newest', 'edge-b:newest', 'edge-c:newest'])
  c.apply('edge-a', 'edge-b', 'edge-c')
  assert.equal(c.run().plan.state, 'done')
})

test('a node that joins in the middle comes last; one that is revoked is not waited for', () => {
  const c = cluster([node('policy-1'), node('edge-a')])
  c.run()
  c.change('edge-new', { enforced: null, is_connected: true })
  assert.deepEqual(c.offered(), ['policy-1:newest', 'edge-new:base'])
  c.apply('policy-1')
  assert.deepEqual(c.offered(), ['edge-a:newest', 'edge-new:newest'])
  c.remove('edge-a')
  c.apply('edge-new')
  assert.equal(c.run().plan.state, 'done')
})

test('a late node of an earlier wave that refuses stops the roll-out', () => {
  const c = cluster(four(), commit({ wave_size: 1 }))
  c.change('edge-a', { is_connected: false })
  c.apply('policy-1')
  assert.deepEqual(c.offered(), ['edge-b:newest'])
  c.change('edge-a', { is_connected: true })
  assert.deepEqual(c.offered(), ['edge-a:newest', 'edge-b:newest'])
  c.refuse('edge-a')
  assert.equal(c.run().plan.failure?.cause, 'refused')
})

test('after a restart of ours nodes that will be back are waited for, so that no wave is skipped', () => {
  const away = { is_connected: false, is_expected: true }
  const c = cluster([node('policy-1', away), node('edge-a', away)])
  assert.equal(c.run().plan.why, 'policy servers: waiting for policy-1 to come back')
  c.change('policy-1', { is_connected: true, is_expected: false })
  assert.deepEqual(c.offered(), ['policy-1:newest'])
  c.apply('policy-1')
  assert.equal(c.run().plan.why, 'wave 1: waiting for edge-a to come back')
  c.change('edge-a', { is_expected: false })
  assert.equal(c.run().plan.state, 'done')
})

test('a clock that was set back makes no wait longer', () => {
  const c = cluster([node('policy-1')], commit({ receipt_timeout: '10s' }))
  c.run()
  c.wait(-3_600_000)
  c.run()
  c.wait(10_000)
  assert.equal(c.run().plan.failure?.cause, 'silent')
})

test('without any node a commit is done', () => {
  assert.equal(cluster([]).run().plan.state, 'done')
  assert.deepEqual(zero, { requests: 0, blocked: 0, errors: 0 })
})
