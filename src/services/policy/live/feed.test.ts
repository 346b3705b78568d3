import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestClock, testClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { Attack } from '#model/attack.ts'
import type { LiveTopic } from '#model/live.ts'
import { type LiveMessage, messagesOf } from '#parts/client/messages.ts'
import { recordsFaults } from '#parts/records/faults.ts'
import { type Feed, type FeedSource, feed, type Subscription } from './feed.ts'
import { placesOf } from './numbered.ts'

type Change = { readonly change: number; readonly attack: Attack }

/** Records that a test writes into; `reads` counts how often the feed asked. */
class FakeRecords implements FeedSource {
  readonly changes: Change[] = []
  reads = 0
  is_away = false

  write(...ids: readonly string[]): void {
    for (const id of ids) {
      this.changes.push({ change: this.changes.length + 1, attack: { id } as Attack })
    }
  }

  readonly events: string[] = []
  node_names: string[] = []

  readonly attack = {
    latest: async () => {
      this.#count()
      return this.changes.length
    },
    since: async (change: number, limit: number) => {
      this.#count()
      const found = this.changes.filter((one) => one.change > change).slice(0, limit)
      return { number: found.at(-1)?.change ?? change, items: found.map((one) => one.attack) }
    },
  }

  readonly event = {
    latest: async () => this.events.length,
    since: async (number: number, limit: number) => {
      const items = this.events.slice(number, number + limit).map((id) => ({ id }))
      return { number: number + items.length, items }
    },
  }

  async nodes() {
    return this.node_names.map((name) => ({ name })) as never
  }

  async rollout() {
    return null
  }

  async traffic() {
    this.#count()
    return { requests: this.reads } as never
  }

  #count(): void {
    this.reads++
    if (this.is_away) throw recordsFaults.unavailable({ why: 'test' })
  }
}

type Setting = { clock: TestClock; records: FakeRecords; live: Feed }

function setting(): Setting {
  const clock = testClock()
  const records = new FakeRecords()
  const stop = new AbortController().signal
  const world = { clock, log: silentLog, metrics: prometheusMetrics(), stop }
  return { clock, records, live: feed(records, world) }
}

function subscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    topics: new Set<LiveTopic>(['attack']),
    last: undefined,
    isAllowed: async () => true,
    signal: new AbortController().signal,
    hangUp: () => {},
    ...changes,
  }
}

/** Reads in the background; `seen` grows. */
function listen(stream: AsyncIterable<string>): { seen: LiveMessage[]; done: Promise<void> } {
  const seen: LiveMessage[] = []
  const read = async () => {
    for await (const message of messagesOf(stream)) seen.push(message)
  }
  return { seen, done: read() }
}

const idsOf = (seen: readonly LiveMessage[]) => seen.map(({ data }) => JSON.parse(data).id)

/** Lets promises settle; the clock does not move. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

async function turn(clock: TestClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    await clock.advance(Math.min(500, left))
    await settled()
  }
}

test('a listener sees what changes after it came, within half a second', async () => {
  const { clock, records, live } = setting()
  records.write('old')
  const { seen } = listen(live.subscribe(subscription()))
  await settled()
  records.write('new')
  await turn(clock, 500)
  assert.deepEqual(idsOf(seen), ['new'])
  assert.deepEqual(seen[0]?.event, 'attack')
})

test('the database is read only while somebody listens', async () => {
  const { clock, records, live } = setting()
  await turn(clock, 5_000)
  assert.equal(records.reads, 0)
  const gone = new AbortController()
  const { done } = listen(live.subscribe(subscription({ signal: gone.signal })))
  await turn(clock, 1_000)
  assert.ok(records.reads > 0)
  gone.abort()
  await done
  assert.equal(live.listeners, 0)
  const { reads } = records
  await turn(clock, 5_000)
  assert.equal(records.reads, reads)
})

test('one reader feeds all listeners', async () => {
  const { clock, records, live } = setting()
  const listeners = Array.from({ length: 50 }, () => listen(live.subscribe(subscription())))
  await settled()
  records.write('a')
  const { reads } = records
  await turn(clock, 500)
  assert.equal(records.reads, reads + 1)
  for (const { seen } of listeners) assert.deepEqual(idsOf(seen), ['a'])
})

test('whoever comes back gets what it missed, and then goes on', async () => {
  const { clock, records, live } = setting()
  records.write(...Array.from({ length: 450 }, (_, i) => `a${i}`))
  const { seen } = listen(live.subscribe(subscription({ last: { attack: 10 } })))
  await settled()
  records.write('after')
  await turn(clock, 1_500)
  const ids = new Set(idsOf(seen))
  assert.deepEqual(
    [ids.size, ids.has('a9'), ids.has('a10'), ids.has('after')],
    [441, false, true, true],
  )
})

test('whoever was away for long gets the newest thousand changes, not all of history', async () => {
  const { clock, records, live } = setting()
  records.write(...Array.from({ length: 5_000 }, (_, i) => `a${i}`))
  const { seen } = listen(live.subscribe(subscription({ last: { attack: 0 } })))
  await turn(clock, 10_000)
  const ids = idsOf(seen)
  assert.deepEqual([ids.length, ids[0], ids.at(-1)], [1_000, 'a4000', 'a4999'])
})

test('a listener that comes when only traffic was listened to is not told the past', async () => {
  const { clock, records, live } = setting()
  const gone = new AbortController()
  const first = listen(live.subscribe(subscription({ signal: gone.signal })))
  listen(live.subscribe(subscription({ topics: new Set(['traffic']) })))
  await turn(clock, 1_000)
  gone.abort()
  await first.done
  await turn(clock, 1_000)
  records.write('past')
  await turn(clock, 1_000)
  const { seen } = listen(live.subscribe(subscription()))
  await turn(clock, 1_000)
  assert.deepEqual(idsOf(seen), [])
})

test('only the last event of a batch has an id, so that no break loses the rest of it', async () => {
  const { clock, records, live } = setting()
  records.write('z')
  const { seen } = listen(live.subscribe(subscription({ last: { attack: 0 } })))
  await turn(clock, 500)
  records.write('a', 'b', 'c')
  await turn(clock, 500)
  assert.deepEqual(
    seen.map(({ id }) => id),
    ['1', '1', '1', '4'],
  )
})

test('traffic is told every two seconds to those who asked for it', async () => {
  const { clock, live } = setting()
  const attacks = listen(live.subscribe(subscription()))
  const traffic = listen(live.subscribe(subscription({ topics: new Set(['traffic']) })))
  await turn(clock, 10_000)
  assert.equal(attacks.seen.length, 0)
  assert.ok(traffic.seen.length >= 5 && traffic.seen.length <= 6, String(traffic.seen.length))
})

test('a listener that does not read is cut off, others go on', async () => {
  const { clock, records, live } = setting()
  let is_cut = false
  const hangUp = () => {
    is_cut = true
  }
  const slow = live.subscribe(subscription({ hangUp }))[Symbol.asyncIterator]()
  await slow.next()
  const { seen } = listen(live.subscribe(subscription()))
  await settled()
  for (let i = 0; i < 12; i++) {
    records.write('x'.repeat(400_000))
    await turn(clock, 500)
  }
  assert.equal(is_cut, true)
  assert.equal(live.listeners, 1)
  assert.equal(seen.length, 12)
})

test('a database that is away loses nothing', async () => {
  const { clock, records, live } = setting()
  const { seen } = listen(live.subscribe(subscription()))
  await turn(clock, 500)
  records.is_away = true
  records.write('a')
  await turn(clock, 5_000)
  assert.equal(seen.length, 0)
  records.is_away = false
  await turn(clock, 500)
  assert.deepEqual(idsOf(seen), ['a'])
})

test('a heartbeat comes every 15 s, and ends the stream of a session that is over', async () => {
  const { clock, live } = setting()
  let is_allowed = true
  const chunks: string[] = []
  const read = async () => {
    const stream = live.subscribe(subscription({ isAllowed: async () => is_allowed }))
    for await (const chunk of stream) chunks.push(chunk)
  }
  const done = read()
  await turn(clock, 15_000)
  assert.equal(chunks.filter((chunk) => chunk.startsWith(':')).length, 1)
  is_allowed = false
  await turn(clock, 15_000)
  await done
  assert.equal(live.listeners, 0)
})

test('a stream whose session nobody can look up ends after a minute, whether refusal or silence is the answer', async () => {
  const { clock, live } = setting()
  let is_away = false
  const away = async () => {
    if (is_away) throw recordsFaults.unavailable({ why: 'test' })
    return true
  }
  const silent = () => (is_away ? new Promise<boolean>(() => {}) : Promise.resolve(true))
  const streams = [away, silent].map((isAllowed) =>
    listen(live.subscribe(subscription({ isAllowed }))),
  )
  await turn(clock, 30_000)
  is_away = true
  await turn(clock, 45_000)
  assert.equal(live.listeners, 2)
  await turn(clock, 15_000)
  await Promise.all(streams.map(({ done }) => done))
  assert.equal(live.listeners, 0)
})

test('more listeners than the bound are refused', () => {
  const { live } = setting()
  for (let i = 0; i < 100; i++) live.subscribe(subscription())
  assert.throws(() => live.subscribe(subscription()), { code: 'policy.too_many_listeners' })
})

test('closing the feed ends all streams', async () => {
  const { live } = setting()
  const { done } = listen(live.subscribe(subscription()))
  await settled()
  live[Symbol.dispose]()
  await done
})

test('system events and attacks share one id, and whoever comes back gets what it missed of both', async () => {
  const { clock, records, live } = setting()
  const topics = new Set(['attack', 'event'] as const)
  const gone = new AbortController()
  const first = listen(live.subscribe(subscription({ topics, signal: gone.signal })))
  await settled()
  records.events.push('e1', 'e2')
  await turn(clock, 500)
  records.write('a1')
  await turn(clock, 500)
  assert.deepEqual(
    first.seen.map(({ event, id }) => [event, id]),
    [
      ['event', ''],
      ['event', '0-2'],
      ['attack', '1-2'],
    ],
  )
  gone.abort()
  await first.done
  records.events.push('e3')
  records.write('a2')
  const last = placesOf(first.seen.at(-1)?.id)
  const { seen } = listen(live.subscribe(subscription({ topics, last })))
  await turn(clock, 500)
  assert.deepEqual(idsOf(seen), ['a2', 'e3'])
  assert.deepEqual(placesOf(seen.at(-1)?.id), { attack: 2, event: 3 })
})

test('nodes are told to each listener once, and again when something is new', async () => {
  const { clock, records, live } = setting()
  records.node_names = ['a']
  const topics = new Set(['nodes', 'rollout'] as const)
  const one = listen(live.subscribe(subscription({ topics })))
  await turn(clock, 5_000)
  records.node_names = ['a', 'b']
  await turn(clock, 500)
  const two = listen(live.subscribe(subscription({ topics })))
  await turn(clock, 5_000)
  assert.deepEqual(
    [one, two].map(({ seen }) => seen.map(({ data }) => JSON.parse(data).length)),
    [[1, 2], [2]],
  )
})

test('an id that is none of ours is no place', () => {
  for (const id of [undefined, '', 'x', '1-', '-1', '1-2-3', '9'.repeat(16)]) {
    assert.equal(placesOf(id), undefined, String(id))
  }
})
