/** What every engine of the records must do with IP lists and system events. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { uuidv7 } from '#base/id.ts'
import type { SystemEvent } from '#model/event.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { Database } from './database.ts'
import { eventsSince, forgetEvents, insertEvents, lastEvent, listEvents } from './events.ts'
import {
  activeEntries,
  addEntry,
  allowedClients,
  changesSince,
  endExpired,
  forgetEnded,
  listEntries,
  removeEntry,
  replaceFileEntries,
} from './ip-lists.ts'
import { listsRevision, raiseListsRevision } from './lists-revision.ts'
import { noon_ms, noonPlus, unforced } from './records.support.ts'

function entryOf(network: string, words: Partial<ListEntry> = {}): ListEntry {
  return {
    id: uuidv7(noon_ms),
    kind: 'deny',
    network,
    site: '',
    reason: 'scans',
    origin: 'operator',
    created_by: 'vera',
    created_at: noonPlus(0),
    expires_at: noonPlus(60),
    ...words,
  }
}

const jail = { origin: 'jail:wp' }
const end = (minutes: number, by = 'vera') => ({ by, at: noonPlus(minutes) })

export function listsSuite(given: () => Database): void {
  const db = () => unforced(given())
  const revision = () => listsRevision(db())
  const networks = async (now: string, q?: string) =>
    (await listEntries(db(), { q, is_history: false, limit: 50 }, now)).items.map((e) => e.network)

  describe('IP lists', () => {
    beforeEach(async () => {
      await sql`truncate ip_list_entries`.execute(db().kysely)
      await sql`update ip_lists_floor set revision = 0`.execute(db().kysely)
    })

    test('what changed since a revision is what a node lacks', async () => {
      const before = await revision()
      const [one, two] = [entryOf('203.0.113.9'), entryOf('2001:db8::/32')]
      assert.deepEqual(await addEntry(db(), one), { kind: 'added', entry: one })
      await addEntry(db(), two)
      assert.equal(await revision(), before + 2)
      assert.deepEqual(await changesSince(db(), before), { entries: [one, two], removed: [] })
      assert.deepEqual(await removeEntry(db(), one.id, end(1)), one)
      assert.equal(await removeEntry(db(), one.id, end(1)), undefined)
      assert.deepEqual(await changesSince(db(), before + 2), { entries: [], removed: [one.id] })
      assert.deepEqual(await activeEntries(db(), noonPlus(1)), { entries: [two], next: undefined })
    })

    test('changes come in pages that end with a revision; more in one revision is told as everything', async () => {
      const before = await revision()
      await addEntry(db(), entryOf('203.0.113.9'))
      const many = Array.from({ length: 5_001 }, (_, i) =>
        entryOf(`10.${Math.floor(i / 250)}.${i % 250}.1`, { origin: 'file' }),
      )
      await replaceFileEntries(db(), many, end(1))
      await addEntry(db(), entryOf('203.0.113.10'))
      const page = await changesSince(db(), before)
      assert.ok(page !== 'too_old')
      assert.deepEqual([page.entries.length, page.up_to], [1, before + 1])
      assert.equal(await changesSince(db(), before + 1), 'too_old')
      const rest = await changesSince(db(), before + 2)
      assert.ok(rest !== 'too_old')
      assert.deepEqual([rest.entries.length, rest.up_to], [1, undefined])
      const ids: string[] = []
      let next: string | undefined
      do {
        const { entries, ...rest } = await activeEntries(db(), noonPlus(1), next)
        assert.ok(entries.length <= 2_000)
        ids.push(...entries.map(({ id }) => id))
        next = rest.next
      } while (next !== undefined)
      assert.deepEqual([ids.length, new Set(ids).size], [5_003, 5_003])
    })

    test('a revision that a node has and the database lost is passed, and everything is told anew', async () => {
      const lost = (await revision()) + 40
      assert.equal(await raiseListsRevision(db(), lost), lost + 1)
      assert.equal(await revision(), lost + 1)
      assert.equal(await changesSince(db(), lost), 'too_old')
      assert.deepEqual(await changesSince(db(), lost + 1), { entries: [], removed: [] })
    })

    test('the same again is extended, never shortened, also by many at a time', async () => {
      const made = Array.from({ length: 8 }, (_, i) =>
        entryOf('203.0.113.9', { expires_at: noonPlus(60 + i) }),
      )
      const added = await Promise.all(made.map((entry) => addEntry(db(), entry)))
      assert.equal(added.filter(({ kind }) => kind === 'added').length, 1)
      await addEntry(db(), entryOf('203.0.113.9', { expires_at: noonPlus(5) }))
      const [only, ...others] = (await activeEntries(db(), noonPlus(0))).entries
      assert.deepEqual([only?.expires_at, others.length], [noonPlus(67), 0])
      const before = await revision()
      await addEntry(db(), entryOf('203.0.113.9', { expires_at: null, reason: '' }))
      const [forever] = (await activeEntries(db(), noonPlus(0))).entries
      assert.deepEqual([forever?.expires_at, forever?.reason], [null, 'scans'])
      assert.equal(await revision(), before + 1)
    })

    test('what is over ends by itself, and nodes are told', async () => {
      const entry = entryOf('203.0.113.9')
      await addEntry(db(), entry)
      const before = await revision()
      assert.deepEqual(await networks(noonPlus(61)), [])
      assert.equal(await endExpired(db(), noonPlus(59)), 0)
      assert.equal(await endExpired(db(), noonPlus(61)), 1)
      assert.deepEqual(await changesSince(db(), before), { entries: [], removed: [entry.id] })
      const { items } = await listEntries(db(), { is_history: true, limit: 9 }, noonPlus(61))
      assert.deepEqual([items[0]?.ended_at, items[0]?.ended_by], [noonPlus(60), 'expiry'])
      assert.equal(await forgetEnded(db(), noonPlus(200)), 1)
      assert.equal(await changesSince(db(), before), 'too_old')
    })

    test('what was taken off the list of a jail stays off for half of its time', async () => {
      const banned = entryOf('203.0.113.9', jail)
      await addEntry(db(), banned)
      await removeEntry(db(), banned.id, end(1))
      const again = (minutes: number) =>
        addEntry(
          db(),
          entryOf('203.0.113.9', {
            ...jail,
            created_at: noonPlus(minutes),
            expires_at: noonPlus(minutes + 60),
          }),
        )
      assert.deepEqual(await again(29), { kind: 'recently_removed' })
      assert.equal((await again(31)).kind, 'added')
      assert.equal((await addEntry(db(), entryOf('203.0.113.9'))).kind, 'added')
    })

    test('a file replaces its own entries only, and those that stay keep their ids', async () => {
      const file = { origin: 'file', expires_at: null }
      await addEntry(db(), entryOf('192.0.2.1'))
      const [a, b] = [entryOf('192.0.2.2', file), entryOf('192.0.2.3', file)]
      const replace = (entries: ListEntry[]) => replaceFileEntries(db(), entries, end(1))
      assert.deepEqual(await replace([a, b]), { added: 2, removed: 0 })
      const before = await revision()
      assert.deepEqual(await replace([{ ...b, id: uuidv7(noon_ms) }, a]), { added: 0, removed: 0 })
      assert.equal(await revision(), before)
      const c = { ...entryOf('192.0.2.3', file), reason: 'other' }
      assert.deepEqual(await replace([c]), { added: 1, removed: 2 })
      const ids = (await activeEntries(db(), noonPlus(1))).entries.map((entry) => entry.id)
      assert.deepEqual([ids.length, ids.includes(c.id), ids.includes(a.id)], [2, true, false])
    })

    test('entries are found by an address inside, by what they say, page by page', async () => {
      await addEntry(db(), entryOf('203.0.113.0/24', { reason: '100% bots' }))
      await addEntry(db(), entryOf('198.51.100.7', { kind: 'allow', reason: 'office' }))
      await addEntry(db(), entryOf('2001:db8::/32', { kind: 'gray' }))
      assert.deepEqual(await networks(noonPlus(0), '203.0.113.77'), ['203.0.113.0/24'])
      assert.deepEqual(await networks(noonPlus(0), '203.0.0.0/16'), ['203.0.113.0/24'])
      assert.deepEqual(await networks(noonPlus(0), '2001:db8:1::1'), ['2001:db8::/32'])
      assert.deepEqual(await networks(noonPlus(0), '0% bo'), ['203.0.113.0/24'])
      assert.deepEqual(await networks(noonPlus(0), 'nothing \0'), [])
      const page = await listEntries(db(), { is_history: false, limit: 2 }, noonPlus(0))
      const cursor = page.next_cursor ?? ''
      const rest = await listEntries(db(), { is_history: false, limit: 2, cursor }, noonPlus(0))
      assert.deepEqual([page.items.length, rest.items.length, rest.next_cursor], [2, 1, null])
      const clients = ['198.51.100.7', '203.0.113.1']
      assert.deepEqual([...(await allowedClients(db(), clients, noonPlus(0)))], ['198.51.100.7'])
    })
  })

  describe('system events', () => {
    beforeEach(() => sql`truncate events`.execute(db().kysely))

    const eventAt = (minutes: number, words: Partial<SystemEvent> = {}): SystemEvent => ({
      id: uuidv7(noon_ms + minutes * 60_000),
      at: noonPlus(minutes),
      hlc: `${String(noon_ms + minutes * 60_000).padStart(15, '0')}.00000`,
      node: 'n1',
      severity: 'notice',
      name: 'bundle.activated',
      message: 'Bundle 3-abc is enforced',
      fields: { revision: 3, took_ms: 1.5, is_first: true, none: null },
      ...words,
    })

    test('an event is kept once, and read in the order of the hybrid clock', async () => {
      const [a, b] = [
        eventAt(2),
        eventAt(1, { node: 'n2', severity: 'error', name: 'rollout.stopped' }),
      ]
      const start = await lastEvent(db())
      assert.equal(await insertEvents(db(), [a, b, a]), 2)
      assert.equal(await insertEvents(db(), [a, eventAt(3)]), 1)
      const { items } = await listEvents(db(), { limit: 9 })
      assert.deepEqual(items.slice(1), [a, b])
      const told = await eventsSince(db(), start, 2)
      assert.deepEqual(told, { number: start + 2, events: [b, a] })
      assert.equal((await eventsSince(db(), told.number, 9)).events.length, 1)
      assert.equal(await lastEvent(db()), start + 3)
    })

    test('events are found by time, node, severity, name and text', async () => {
      const worse = eventAt(1, { node: 'n2', severity: 'error', name: 'rollout.stopped' })
      await insertEvents(db(), [eventAt(0), worse, eventAt(2)])
      const count = async (filter: Partial<Parameters<typeof listEvents>[1]>) =>
        (await listEvents(db(), { limit: 9, ...filter })).items.length
      assert.equal(await count({ from: noonPlus(1) }), 2)
      assert.equal(await count({ to: noonPlus(1) }), 1)
      assert.equal(await count({ node: 'n2' }), 1)
      assert.equal(await count({ severity: 'warning' }), 1)
      assert.equal(await count({ name: 'rollout.' }), 1)
      assert.equal(await count({ q: '3-ABC' }), 3)
      const page = await listEvents(db(), { limit: 2 })
      const rest = await listEvents(db(), { limit: 2, cursor: page.next_cursor ?? '' })
      assert.deepEqual([page.items.length, rest.items.length, rest.next_cursor], [2, 1, null])
      await assert.rejects(listEvents(db(), { limit: 2, cursor: 'x' }), {
        code: 'records.bad_cursor',
      })
      assert.equal(await forgetEvents(db(), noonPlus(2)), 2)
    })
  })
}
