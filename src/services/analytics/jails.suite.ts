import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { testClock } from '#base/clock.ts'
import { jsonLog } from '#base/log.ts'
import type { Hit } from '#model/hit.ts'
import { Jail, Policy } from '#model/policy.ts'
import { upsertNode } from '#parts/records/cluster-nodes.ts'
import { activeEntries, addEntry, removeEntry } from '#parts/records/ip-lists.ts'
import { hitAt, noon_ms, noonPlus, unforced } from '#parts/records/records.support.ts'
import type { TestAnalytics } from './analytics.support.ts'
import { fits, jailCounts } from './jails/counts.ts'
import { type Jails, jails } from './jails.ts'

export function jailsSuite(shared: () => TestAnalytics): void {
  describe('jails', () => {
    const jail = (words: object = {}) =>
      Jail.parse({ name: 'wp', maxretry: 3, findtime: '10m', bantime: '1h', ...words })
    const hitOf = (client: string, seconds = 0, words: Partial<Hit> = {}): Hit =>
      hitAt(new Date(noon_ms + seconds * 1000).toISOString(), { client, ...words })

    test('a jail looks at what was stopped, on its site and path, by its types', () => {
      const cases: readonly (readonly [object, Partial<Hit>, boolean])[] = [
        [{}, {}, true],
        [{}, { action: 'refused' }, true],
        [{}, { action: 'monitored' }, false],
        [{}, { attack_type: 'ip_list', action: 'refused' }, false],
        [{}, { attack_type: 'engine_fault' }, false],
        [{ site: 'blog' }, {}, false],
        [{ site: 'shop' }, {}, true],
        [{ attack_types: ['xss'] }, {}, false],
        [{ attack_types: ['xss', 'sqli'] }, {}, true],
        [{ path: '/cart' }, {}, true],
        [{ path: '/cart' }, { target: 'shop.example/cart/2' }, false],
        [{ path: '/ca*' }, { target: 'shop.example/cart/2' }, true],
        [{ path: '/' }, { target: 'shop.example' }, true],
      ]
      for (const [words, hit, want] of cases) {
        assert.equal(
          fits(jail(words), hitOf('203.0.113.9', 0, hit)),
          want,
          JSON.stringify([words, hit]),
        )
      }
    })

    test('hits within the time count, those of one request once, old ones never', () => {
      const counts = jailCounts()
      const see = (seconds: number, ...hits: Hit[]) =>
        counts.count([jail()], hits, noon_ms + seconds * 1000).map((caught) => [...caught.nodes])
      const one = hitOf('203.0.113.9')
      assert.deepEqual(see(0, one, { ...one, id: hitOf('x').id }), [])
      assert.deepEqual(see(60, hitOf('203.0.113.9', 60), hitOf('198.51.100.1', 60)), [])
      assert.deepEqual(see(700, hitOf('203.0.113.9', 700), hitOf('203.0.113.9', 50)), [])
      assert.deepEqual(see(701, hitOf('::ffff:203.0.113.9', 701)), [])
      assert.deepEqual(see(702, hitOf('203.0.113.9', 702, { node: 'n2' })), [
        [
          ['n1', 2],
          ['n2', 1],
        ],
      ])
    })

    test('the memory of a flood of clients is bounded', () => {
      const counts = jailCounts(2_000)
      const flood = Array.from({ length: 1000 }, () => hitOf('203.0.113.9'))
      for (let round = 0; round < 3; round++) {
        flood.forEach((hit, i) => {
          flood[i] = { ...hit, client: `10.${round}.${i >> 8}.${i & 255}` }
        })
        counts.count([jail()], flood, noon_ms)
      }
      // The first were forgotten, the last were not.
      const twice = (client: string) =>
        counts.count([jail({ maxretry: 2 })], [hitOf(client, 1)], noon_ms + 1000).length
      assert.deepEqual([twice('10.0.0.0'), twice('10.2.0.9')], [0, 1])
    })

    let analytics: TestAnalytics
    before(() => {
      analytics = shared()
    })
    beforeEach(() => sql`truncate ip_list_entries`.execute(analytics.database.kysely))

    function setting(words: object = {}) {
      const lines: string[] = []
      const clock = testClock(noon_ms)
      const database = unforced(analytics.database)
      let nudges = 0
      const policy = Policy.parse({ jails: [{ name: 'wp', maxretry: 3, bantime: '1h', ...words }] })
      const watch: Jails = jails(
        {
          database,
          policy: () => policy,
          trusted_proxies: () => ['192.0.2.0/24'],
          onListsChanged: () => {
            nudges += 1
          },
        },
        { ...analytics.world, clock, log: jsonLog('event', (line) => lines.push(line)) },
      )
      return {
        ...{ clock, database, lines },
        nudges: () => nudges,
        see: (...clients: string[]) => seeBy('n1', ...clients),
        seeBy,
      }
      async function seeBy(node: string, ...clients: string[]) {
        watch.see(
          clients.flatMap((client) => [0, 1, 2].map((second) => hitOf(client, second, { node }))),
        )
        await watch.settled()
        const now = new Date(clock.now()).toISOString()
        return (await activeEntries(database, now)).entries.map((entry) => entry.network)
      }
    }

    test('a client that is stopped too often is on the list, and nodes are told', async () => {
      const { see, lines, nudges, database } = setting({ site: 'shop' })
      assert.deepEqual(await see('203.0.113.9'), ['203.0.113.9'])
      const [entry] = (await activeEntries(database, noonPlus(0))).entries
      assert.deepEqual(
        [entry?.kind, entry?.origin, entry?.site, entry?.expires_at, entry?.reason],
        ['deny', 'jail:wp', 'shop', noonPlus(60), '3 hits within 600 s, told by n1'],
      )
      assert.equal(nudges(), 1)
      assert.match(lines.join(), /"jail":"wp","client":"203\.0\.113\.9".*jail\.banned/)
    })

    test('who is one of us, a trusted proxy, allowed, or taken off the list by hand is not banned', async () => {
      const { see, database } = setting()
      await upsertNode(database, {
        id: '0192e4a0-0000-7000-8000-00000000000e',
        name: 'edge-9',
        roles: ['edge'],
        group: '',
        address: '198.51.100.7:1',
        version: '1',
        protocol: 1,
        joined_at: noonPlus(0),
        certificate_expires_at: noonPlus(1),
      })
      const about = { site: '', reason: '', created_by: 'vera', created_at: noonPlus(0) }
      const allow = { kind: 'allow' as const, network: '203.0.113.0/25', origin: 'operator' }
      const id = (last: number) => `0192e4a0-0000-7000-8000-00000000000${last}`
      await addEntry(database, { id: id(1), ...allow, ...about, expires_at: null })
      const ban = { kind: 'deny' as const, network: '203.0.113.200', origin: 'jail:wp' }
      await addEntry(database, { id: id(2), ...ban, ...about, expires_at: noonPlus(60) })
      await removeEntry(database, id(2), { by: 'vera', at: noonPlus(0) })
      const clients = ['198.51.100.7', '192.0.2.77', '203.0.113.9', '203.0.113.200', '127.0.0.1']
      assert.deepEqual(await see(...clients, 'unknown'), ['203.0.113.0/25'])
      assert.deepEqual(await see('203.0.113.201'), ['203.0.113.0/25', '203.0.113.201'])
    })

    test('a jail that bans everybody is stopped, and somebody is called', async () => {
      const { seeBy, lines, clock } = setting()
      const crowd = (n: number) => Array.from({ length: 18 }, (_, i) => `203.0.${n}.${i + 1}`)
      for (const n of [1, 2, 3, 4, 5]) await seeBy(`n${n}`, ...crowd(n))
      assert.equal((await seeBy('n6', ...crowd(6))).length, 100)
      assert.equal(lines.filter((line) => line.includes('jail.too_many')).length, 1)
      await clock.advance(60_000)
      assert.equal((await seeBy('n6', '203.0.6.18')).length, 101)
    })

    test('one node gets a few clients banned in a minute; the word of others counts on, and the log names it', async () => {
      const { seeBy, lines, clock } = setting()
      const crowd = Array.from({ length: 30 }, (_, i) => `203.0.113.${i + 1}`)
      assert.equal((await seeBy('stolen', ...crowd)).length, 20)
      assert.equal((await seeBy('stolen', '203.0.113.99')).length, 20)
      assert.equal(lines.filter((line) => /"node":"stolen".*jail\.too_many/.test(line)).length, 1)
      // Its hits on a client neither ban it nor keep it from being banned.
      assert.ok((await seeBy('n1', '203.0.113.99')).includes('203.0.113.99'))
      await clock.advance(60_000)
      assert.equal((await seeBy('stolen', '203.0.113.30')).length, 22)
    })
  })
}
