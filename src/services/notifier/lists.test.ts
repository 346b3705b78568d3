import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import type { SignedLists } from '#model/cluster.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { cluster_id, testCluster, testEntry } from '#parts/bundle/bundle.support.ts'
import { mergedLists, verifyLists } from '#parts/bundle/lists.ts'
import { type Line, lines } from './lines.ts'
import { type ListsSource, listDelivery } from './lists.ts'

const cluster = testCluster()

/** Lists in memory, in pages of three; like those of the database, as far as a delivery can tell. */
function memoryLists(): ListsSource & {
  add(n: number): void
  remove(n: number): void
  forget(): void
} {
  const rows = new Map<string, { entry: ListEntry; revision: number; is_over: boolean }>()
  let [last, floor] = [0, 0]
  const put = (n: number, is_over: boolean): void => {
    last += 1
    rows.set(testEntry(n).id, { entry: testEntry(n), revision: last, is_over })
  }
  return {
    cluster_id,
    add: (n) => put(n, false),
    remove: (n) => put(n, true),
    /** What was before can no longer be told as changes. */
    forget() {
      floor = last
    },
    revision: async () => last,
    async changes(since) {
      if (since < floor) return undefined
      const all = [...rows.values()].filter((row) => row.revision > since)
      const page = all.sort((a, b) => a.revision - b.revision).slice(0, 3)
      return {
        revision: page.length < all.length ? (page.at(-1)?.revision ?? last) : last,
        entries: page.filter((row) => !row.is_over).map((row) => row.entry),
        removed: page.filter((row) => row.is_over).map((row) => row.entry.id),
      }
    },
    async page(after = '') {
      const active = [...rows.values()].filter((row) => !row.is_over && row.entry.id > after)
      const entries = active.map((row) => row.entry).sort((a, b) => (a.id < b.id ? -1 : 1))
      const page = entries.slice(0, 3)
      return { entries: page, next: page.length < entries.length ? page.at(-1)?.id : undefined }
    },
    revoked: async () => [],
    async raise(seen) {
      last = Math.max(last, seen) + 1
      floor = last
      return last
    },
  }
}

/** A node with a shelf in memory, that reads what it is sent at once or not at all. */
function memoryNode(node_id: string, lists_revision = 0) {
  const merged = mergedLists()
  const heads: SignedLists['head'][] = []
  let is_busy = false
  const line: Line = {
    ...{ id: node_id, node_id, boot_id: '', offered: '', lists_revision },
    ...{ heard_at_ms: 0, ends_ms: Number.POSITIVE_INFINITY },
    get is_busy() {
      return is_busy
    },
    taken: 0,
    send: () => {},
    sendText(text) {
      const { lists } = JSON.parse(text) as { lists: unknown }
      const { head } = verifyLists(lists, cluster.trust)
      heads.push(head)
      merged.take(head)
    },
    close: () => {},
  }
  return {
    ...{ line, heads, merged },
    hold: (is_held: boolean) => {
      is_busy = is_held
    },
    has: () =>
      (merged.head()?.entries ?? [])
        .map((entry) => Number(entry.id.slice(-2)))
        .sort((a, b) => a - b),
  }
}

function scene() {
  const [source, open, clock] = [memoryLists(), lines(), testClock()]
  const logged: string[] = []
  const trouble = (name: string) => void logged.push(name)
  const log = { ...silentLog, event: trouble, trouble }
  const delivery = listDelivery(open, source, cluster.key, { clock, log })
  /** Until nothing is left to send. */
  const settle = async (): Promise<number> => {
    for (let turns = 1; turns < 50; turns++) {
      if ((await delivery.deliver()) === 'done') return turns
    }
    throw new Error('it never ends')
  }
  return { source, open, clock, logged, delivery, settle }
}

test('a node that has nothing gets everything in parts, and what changes meanwhile after', async () => {
  const { source, open, delivery, settle } = scene()
  for (let n = 10; n < 18; n++) source.add(n)
  const node = memoryNode('a')
  open.open(node.line)
  assert.equal(await delivery.deliver(), 'more')
  source.remove(11)
  source.add(9)
  await settle()
  assert.deepEqual(
    node.heads.map(({ since, revision, more = false }) => [since, revision, more]),
    [
      [null, 8, true],
      [8, 8, true],
      [8, 8, false],
      [8, 10, false],
    ],
  )
  assert.deepEqual([node.merged.revision, node.has()], [10, [9, 10, 12, 13, 14, 15, 16, 17]])
})

test('a ban reaches the others between two parts, and a node that reads slowly holds up nobody', async () => {
  const { source, open, delivery, settle } = scene()
  for (let n = 10; n < 30; n++) source.add(n)
  const other = memoryNode('b', 20)
  const [fresh, slow] = [memoryNode('a'), memoryNode('c')]
  for (const { line } of [fresh, other, slow]) open.open(line)
  other.merged.take(cluster.lists({ revision: 20 }).head)
  await delivery.deliver()
  source.add(99)
  slow.hold(true)
  await delivery.deliver()
  assert.deepEqual(other.has(), [99])
  while ((await delivery.deliver()) !== 'busy');
  assert.equal(fresh.merged.revision, 21)
  assert.equal(slow.heads.length, 1)
  source.add(98)
  assert.equal(await delivery.deliver(), 'busy')
  assert.deepEqual([other.has(), fresh.has().length], [[98, 99], 22])
  slow.hold(false)
  await settle()
  assert.deepEqual([slow.merged.revision, slow.has()], [22, fresh.has()])
})

test('long changes come in pages, and a line that ends in the middle is no loss', async () => {
  const { source, open, delivery, settle } = scene()
  for (let n = 10; n < 18; n++) source.add(n)
  const known = memoryNode('a', 1)
  known.merged.take(cluster.lists({ revision: 1, entries: [testEntry(10)] }).head)
  const gone = memoryNode('b')
  open.open(known.line)
  open.open(gone.line)
  await delivery.deliver()
  open.gone(gone.line)
  await settle()
  assert.deepEqual([known.merged.revision, known.has().length], [8, 8])
  assert.deepEqual([gone.merged.revision, gone.heads.length], [0, 1])
})

test('a node that has what an old copy of the database does not know is told everything, and so are all others', async () => {
  const { source, open, settle, logged } = scene()
  source.add(10)
  const survivor = memoryNode('a', 40)
  const other = memoryNode('b', 1)
  const before = { entries: [testEntry(77)] }
  survivor.merged.take(cluster.lists({ revision: 40, ...before }).head)
  other.merged.take(cluster.lists({ revision: 1, ...before }).head)
  for (const { line } of [other, survivor]) open.open(line)
  await settle()
  assert.deepEqual(logged, ['lists.raised'])
  assert.deepEqual([survivor.merged.revision, survivor.has()], [41, [10]])
  assert.equal(other.merged.revision, 41)
  source.add(11)
  await settle()
  assert.deepEqual([survivor.has(), survivor.merged.revision], [[10, 11], 42])
})

test('one node makes us tell everything again once in ten minutes, and no number that cannot be true counts', async () => {
  const { source, open, clock, settle, logged } = scene()
  open.open(memoryNode('a', 40).line)
  await settle()
  open.open(memoryNode('a', 90).line)
  await settle()
  assert.equal(await source.revision(), 41)
  open.open(memoryNode('b', 2_000_000).line)
  await settle()
  assert.deepEqual([await source.revision(), logged], [41, ['lists.raised', 'lists.not_raised']])
  await clock.advance(600_000)
  await settle()
  assert.equal(await source.revision(), 91)
})

test('nodes that take everything at different times all arrive, also when changes can no longer be told', async () => {
  const { source, open, delivery, settle } = scene()
  for (let n = 10; n < 20; n++) source.add(n)
  const [first, second, stuck] = [memoryNode('a'), memoryNode('b'), memoryNode('c')]
  for (const { line } of [first, stuck]) open.open(line)
  await delivery.deliver()
  stuck.hold(true)
  open.open(second.line)
  await delivery.deliver()
  source.add(99)
  source.forget()
  // The one that nobody reads keeps the old journey open for ever.
  for (let turn = 0; turn < 30; turn++) await delivery.deliver()
  for (const node of [first, second]) {
    assert.equal(node.line.lists_revision, 11)
    assert.ok(node.has().includes(99))
  }
  stuck.hold(false)
  await settle()
  assert.ok(stuck.has().includes(99))
})
