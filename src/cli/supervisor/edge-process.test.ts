import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { openShelf } from '#parts/bundle/shelf.ts'
import { compileLists } from '#parts/enforcement/ip-lists.ts'
import { Settings } from '../settings.ts'
import { EdgeWorker } from './edge-process.ts'
import type { FromWorker } from './messages.ts'

const state_dir = mkdtempSync(join(tmpdir(), 'edge-process-'))
after(() => rmSync(state_dir, { recursive: true, force: true }))
const world = {
  clock: systemClock,
  log: silentLog,
  metrics: prometheusMetrics(),
  stop: new AbortController().signal,
}

function worker() {
  const told: FromWorker[] = []
  const lists = compileLists([])
  const edge = new EdgeWorker(
    world,
    (message) => void told.push(message),
    () => {},
    lists,
  )
  return { edge, told, lists }
}

function entry(host: number): ListEntry {
  return {
    id: `0b0e4d52-5f6f-4a51-9d0c-6c9be3a7c0${String(host).padStart(2, '0')}`,
    ...{ kind: 'deny', network: `192.0.2.${host}`, site: '', reason: '', origin: 'operator' },
    ...{ created_by: 't', created_at: '2026-01-01T00:00:00.000Z', expires_at: null },
  } as const
}

const nowhere = { kind: 'boot', id: 'none' } as const
const start = (lists_revision: number) =>
  ({
    kind: 'start',
    settings: Settings.parse({ state_dir, node: 'a' }),
    worker_id: 'w',
    // It is not there, so the worker says no before it listens.
    policy: nowhere,
    lists_revision,
  }) as const

test('a ban counts at once, whatever is being made ready', async () => {
  const { edge, told, lists } = worker()
  edge.hear({ kind: 'prepare', policy: nowhere })
  edge.hear({ kind: 'lists', entries: [entry(1)], removed: [] })
  assert.equal(lists.find('192.0.2.1', '', 0)?.kind, 'deny')
  assert.equal(told.length, 0, 'it is still about the policy')
  await edge.idle()
  assert.equal(told[0]?.kind, 'refused')
})

test('a worker takes the lists from the shelf, then what comes over its pipe; it says when they are not there', async () => {
  const shelf = openShelf(join(state_dir, 'shelf'), () => undefined)
  assert.equal(shelf.are_lists_kept, false, 'nothing has come yet')
  const head = {
    ...{ format: 1, cluster_id: '0b0e4d52-5f6f-4a51-9d0c-6c9be3a7c001', revision: 7 },
    ...{ since: null, entries: [entry(1), entry(2)], removed: [], revoked_nodes: [] },
  } as const
  shelf.saveLists({
    head: { ...head, entries: [...head.entries], removed: [], revoked_nodes: [] },
    key_id: '',
    signature: '',
  })
  assert.ok(shelf.are_lists_kept)
  const { edge, told, lists } = worker()
  edge.hear(start(shelf.lists_revision))
  edge.hear({ kind: 'lists', entries: [entry(3)], removed: [entry(1).id] })
  assert.deepEqual(
    [1, 2, 3].map((host) => lists.find(`192.0.2.${host}`, '', 0)?.kind),
    [undefined, 'deny', 'deny'],
  )
  const late = worker()
  late.edge.hear(start(8))
  assert.deepEqual(late.told, [{ kind: 'lists_missing' }])
  assert.equal(late.lists.size, 0)
  await Promise.all([edge.idle(), late.edge.idle()])
  assert.equal(told[0]?.kind, 'failed')
})
