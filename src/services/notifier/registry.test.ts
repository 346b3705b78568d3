import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { jsonLog } from '#base/log.ts'
import type { AgentHello, AgentReport } from '#model/cluster.ts'
import { getNodeById, upsertNode } from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { testWorld, unforced } from '#parts/records/records.support.ts'
import { registry } from './registry.ts'

let dir: string
let database: Database
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-registry-'))
  database = unforced(await openPrepared(dir, testWorld()))
})
after(async () => {
  await database[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

const minute_ms = 60_000

async function scene(name: string, roles: ('edge' | 'policy')[] = ['edge']) {
  const clock = testClock()
  const events: string[] = []
  const log = jsonLog('event', (text) => {
    const { event, name: about } = JSON.parse(text) as { event: string; name: string }
    if (about === name) events.push(event)
  })
  const world = { ...testWorld(), clock, log }
  const id = randomUUID()
  const iso = (ms: number) => new Date(ms).toISOString()
  await upsertNode(database, {
    ...{ id, name, roles, group: '', address: '', version: '0.2.0', protocol: 1 },
    joined_at: iso(clock.now()),
    certificate_expires_at: iso(clock.now() + 30 * 1440 * minute_ms),
  })
  const known = registry(database, world)
  await known.load()
  const boot_id = randomUUID()
  const hello: AgentHello = {
    version: '0.2.0',
    protocol: { current: 1, oldest: 1 },
    boot_id,
    address: '192.0.2.7',
    bundle: null,
    revision_floor: 0,
    lists_revision: 0,
    at_ms: clock.now(),
  }
  const report = (words: Partial<AgentReport> = {}): AgentReport => ({
    boot_id,
    at_ms: clock.now(),
    committing: 'stable',
    bundle: { id: 'b1', revision: 1 },
    lists_revision: 0,
    receipts: [],
    counters: { requests: 0, blocked: 0, errors: 0 },
    ...words,
  })
  const view = () => known.views({ id: 'b1', revision: 1 }).find((one) => one.id === id)
  return {
    clock,
    events,
    world,
    id,
    known,
    hello,
    report,
    view,
    node: () => known.demand({ node_id: id, name }),
  }
}

test('a node that goes away is disconnected at once, inactive after two minutes, off the list after a day', async () => {
  const { clock, events, id, known, hello, report, view, node } = await scene('sleepy')
  await known.connected(node(), hello, { line: 'l1', protocol: 1 })
  known.heard(node(), report())
  assert.deepEqual([view()?.connection_status, view()?.sync_status], ['connected', 'in_sync'])
  known.disconnected(id, 'another line')
  assert.equal(view()?.connection_status, 'connected')
  known.disconnected(id, 'l1')
  assert.equal(view()?.connection_status, 'disconnected')
  await clock.advance(2 * minute_ms)
  await known.tend()
  await known.tend()
  assert.equal(view()?.connection_status, 'inactive')
  await clock.advance(24 * 60 * minute_ms)
  await known.tend()
  assert.equal(view(), undefined)
  assert.deepEqual(events, ['node.connected', 'node.disconnected', 'node.inactive', 'node.removed'])
  await known.connected(node(), hello, { line: 'l2', protocol: 1 })
  assert.equal(view()?.connection_status, 'connected')
})

test('a policy server stays on the list', async () => {
  const { clock, known, view } = await scene('policy', ['policy'])
  await clock.advance(48 * 60 * minute_ms)
  await known.tend()
  assert.equal(view()?.connection_status, 'inactive')
})

test('what was heard is saved, and a new office knows it without telling old silence anew', async () => {
  const { clock, events, world, id, known, hello, report, node } = await scene('kept')
  await known.connected(node(), hello, { line: 'l1', protocol: 1, seen_from: '192.0.2.99' })
  const receipt = { bundle: 'b2', revision: 2, took_ms: 7, code: 'x.y', message: 'No\u0007 \0' }
  known.heard(node(), report({ receipts: [{ ...receipt, result: 'refused' }] }))
  await known.tend()
  const state = (await getNodeById(database, id))?.state
  assert.deepEqual([state?.revision, state?.seen_from], [1, '192.0.2.99'])
  await clock.advance(10 * minute_ms)
  events.length = 0
  const again = registry(database, world)
  await again.load()
  await again.tend()
  assert.deepEqual(events, [])
  const view = again.views({ id: 'b2', revision: 2 }).find((one) => one.id === id)
  assert.deepEqual(
    [view?.bundle, view?.sync_status, view?.refusal, view?.connection_status, view?.address],
    ['1-b1', 'refused', { code: 'x.y', message: 'No   ' }, 'inactive', '192.0.2.7'],
  )
})

test('a refusal that is forgiven is forgiven also after a restart', async () => {
  const { world, id, known, hello, report, node } = await scene('forgiven')
  await known.connected(node(), hello, { line: 'l1', protocol: 1 })
  const receipt = { bundle: 'b2', revision: 2, took_ms: 7, code: 'x.y', message: 'No' }
  known.heard(node(), report({ receipts: [{ ...receipt, result: 'refused' }] }))
  await known.tend()
  known.forgive()
  await known.tend()
  const again = registry(database, world)
  await again.load()
  assert.equal(again.facts().find((one) => one.id === id)?.refusal, null)
})

test('rates, growth and the clock of a node are told from its reports', async () => {
  const { clock, known, hello, report, view, node } = await scene('busy')
  const ahead_ms = 600_000
  const at = () => ({ at_ms: clock.now() + ahead_ms - 20 })
  await known.connected(node(), { ...hello, ...at() }, { line: 'l1', protocol: 1 })
  for (let i = 1; i <= 20; i++) {
    await clock.advance(1_000)
    known.heard(
      node(),
      report({ ...at(), counters: { requests: i * 50, blocked: i * 5, errors: i } }),
    )
  }
  assert.deepEqual([view()?.requests_per_s, view()?.blocked_per_s], [50, 5])
  assert.equal(view()?.clock_skew_ms, ahead_ms)
  const facts = () => known.facts().find((one) => one.name === 'busy')
  assert.deepEqual(facts()?.before, { requests: 950, blocked: 95, errors: 19 })
  // It was started anew: it counts from zero, we do not.
  await clock.advance(1_000)
  known.heard(
    node(),
    report({ boot_id: randomUUID(), counters: { requests: 9, blocked: 0, errors: 0 } }),
  )
  assert.equal(facts()?.counters.requests, 1_009)
})
