/** What every engine of the records must read back: pages, filters, groups, charts, and forgetting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hit } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { TrafficSample } from '#model/traffic.ts'
import { groupAttacks, listAttacks, streamAttacks } from './attacks.ts'
import type { Database } from './database.ts'
import { getHit, listHits, storeRecords } from './hits.ts'
import { overview } from './overview.ts'
import { hitAt, noonPlus, sampleAt } from './records.support.ts'
import { deleteOlderThan } from './retention.ts'
import { siteTotals, trafficSeries, trafficTotals } from './traffic.ts'

const gap = { gap_ms: 3_600_000 }

function store(db: Database, hits: ReturnType<typeof hitAt>[], samples: TrafficSample[] = []) {
  const records: IntakeRecord[] = [
    ...hits.map((hit) => ({ kind: 'hit' as const, hit })),
    ...samples.map((traffic) => ({ kind: 'traffic' as const, traffic })),
  ]
  return storeRecords(db, records, gap)
}

export function recordsReadSuite(db: () => Database): void {
  pagesSuite(db)
  filtersSuite(db)
  trafficSuite(db)
  retentionSuite(db)
}

function pagesSuite(db: () => Database): void {
  test('pages of a list hold every row once, newest first, also of the same instant', async () => {
    const hits = Array.from({ length: 23 }, (_, i) =>
      hitAt(noonPlus(Math.floor(i / 5)), { target: `t/${i}` }),
    )
    await store(db(), hits)
    const ids: string[] = []
    const times: string[] = []
    let cursor: string | undefined
    for (let pages = 0; pages < 10; pages++) {
      const page = await listHits(db(), { limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      ids.push(...page.items.map((hit) => hit.id))
      times.push(...page.items.map((hit) => hit.at))
      if (page.next_cursor === null) break
      cursor = page.next_cursor
    }
    assert.deepEqual(ids.toSorted(), hits.map((hit) => hit.id).sort())
    assert.deepEqual(times, times.toSorted().reverse())
    const attacks = await Array.fromAsync(streamAttacks(db(), {}))
    assert.equal(new Set(attacks.map((attack) => attack.id)).size, 23)
    assert.equal((await Array.fromAsync(streamAttacks(db(), {}, { limit: 5 }))).length, 5)
  })

  test('a page that is full to the last row has no next page', async () => {
    await store(db(), [hitAt(noonPlus(0)), hitAt(noonPlus(1))])
    assert.equal((await listHits(db(), { limit: 2 })).next_cursor, null)
    assert.deepEqual((await listHits(db(), { limit: 2, from: noonPlus(5) })).items, [])
  })

  test('a cursor that is not ours is a fault', async () => {
    const made = Buffer.from("2026-11-20T12:00:00.000Z x' or 1=1").toString('base64url')
    for (const cursor of ['', 'x', made]) {
      await assert.rejects(listHits(db(), { limit: 2, cursor }), { code: 'records.bad_cursor' })
    }
  })

  test('an id of no known shape is found nowhere', async () => {
    assert.equal(await getHit(db(), "x'; --"), undefined)
    assert.deepEqual((await listHits(db(), { attack_id: '\0', limit: 5 })).items, [])
  })
}

function filtersSuite(db: () => Database): void {
  const found = async (filter: Parameters<typeof listAttacks>[1]) =>
    (await listAttacks(db(), filter, { limit: 50 })).items.map((attack) => attack.target).sort()

  const some = () =>
    store(db(), [
      hitAt(noonPlus(0), { target: 'a', client: 'c1', rule_ids: [1, 2], value: '100%_\\' }),
      hitAt(noonPlus(1), { target: 'a', client: 'c2', action: 'monitored', value: '100%_\\' }),
      hitAt(noonPlus(2), { target: 'b', client: 'c1', attack_type: 'xss', site: 'blog' }),
      hitAt(noonPlus(3), { target: 'c', client: 'c3', action: 'refused', value: '1000x' }),
      hitAt(noonPlus(200), { target: 'd', parameter: 'ARGS:q', value: 'UNION select' }),
    ])

  test('each condition narrows the list', async () => {
    await some()
    assert.deepEqual(await found({}), ['a', 'b', 'c', 'd'])
    assert.deepEqual(await found({ types: ['xss', 'rce'] }), ['b'])
    assert.deepEqual(await found({ types: [] }), ['a', 'b', 'c', 'd'])
    assert.deepEqual(await found({ client: 'c1' }), ['a', 'b'])
    assert.deepEqual(await found({ client: 'c2' }), ['a'])
    assert.deepEqual(await found({ site: 'blog' }), ['b'])
    assert.deepEqual(await found({ parameter: 'ARGS:q' }), ['d'])
    assert.deepEqual(await found({ target: 'B' }), ['b'])
    assert.deepEqual(await found({ action: 'monitored' }), ['a'])
    assert.deepEqual(await found({ action: 'blocked' }), ['a', 'b', 'd'])
    assert.deepEqual(await found({ action: 'refused' }), ['c'])
    assert.deepEqual(await found({ rule_id: 2 }), ['a'])
    assert.deepEqual(await found({ rule_id: 94_210 }), [])
    assert.deepEqual(await found({ from: noonPlus(1), to: noonPlus(2) }), ['a'])
    assert.deepEqual(await found({ client: 'c1', types: ['sqli'] }), ['a'])
  })

  test('text is looked for as it is written: no wildcards, any case, no NUL', async () => {
    await some()
    assert.deepEqual(await found({ q: '100%' }), ['a'])
    assert.deepEqual(await found({ q: '0_' }), [])
    assert.deepEqual(await found({ q: '%_\\' }), ['a'])
    assert.deepEqual(await found({ q: 'union SELECT' }), ['d'])
    assert.deepEqual(await found({ q: '\0' }), [])
    assert.deepEqual(await found({ q: "' or 1=1 --" }), [])
  })

  test('groups count attacks and hits by type, client, target and site', async () => {
    await some()
    const groups = async (by: Parameters<typeof groupAttacks>[2], filter = {}) =>
      (await groupAttacks(db(), filter, by)).map((g) => [g.key, g.attacks, g.hits, g.blocked])
    assert.deepEqual(await groups('type'), [
      ['sqli', 3, 4, 3],
      ['xss', 1, 1, 1],
    ])
    assert.deepEqual(await groups('site', { action: 'refused' }), [['shop', 1, 1, 1]])
    assert.deepEqual(await groups('client'), [
      ['c1', 2, 2, 2],
      ['203.0.113.9', 1, 1, 1],
      ['c2', 1, 1, 0],
      ['c3', 1, 1, 1],
    ])
    assert.deepEqual(await groups('client', { client: 'c2' }), [['c2', 1, 1, 0]])
    const [a] = await groupAttacks(db(), { target: 'a' }, 'target')
    assert.deepEqual(a, { key: 'a', attacks: 1, hits: 2, blocked: 1, last_at: noonPlus(1) })
  })
}

function trafficSuite(db: () => Database): void {
  const span = { from: noonPlus(0), to: noonPlus(60) }

  test('samples add up per step, site and span; the same sample counts once', async () => {
    const again = sampleAt(noonPlus(1))
    const samples = [
      sampleAt(noonPlus(0)),
      sampleAt(noonPlus(0.1), { node: 'n2' }),
      again,
      sampleAt(noonPlus(1), { site: 'blog', requests: 5 }),
    ]
    await store(db(), [], samples)
    assert.deepEqual(await store(db(), [], [again, sampleAt(noonPlus(59))]), {
      stored: 1,
      duplicates: 1,
    })
    const series = await trafficSeries(db(), { ...span, step_s: 60 })
    assert.deepEqual(
      series.map((point) => [point.at, point.requests]),
      [
        [noonPlus(0), 20],
        [noonPlus(1), 15],
        [noonPlus(59), 10],
      ],
    )
    assert.deepEqual(series[0]?.inspect_us_buckets, [10, 10, 0, 0, 0, 0, 0, 0, 0, 0])
    const totals = await trafficTotals(db(), { ...span, site: 'shop' })
    assert.deepEqual([totals.requests, totals.blocked, totals.bytes_out], [40, 8, 80_000])
    assert.equal((await trafficTotals(db(), { ...span, to: noonPlus(1) })).requests, 20)
    assert.deepEqual(
      (await siteTotals(db(), span)).map((site) => [site.site, site.requests]),
      [
        ['shop', 40],
        ['blog', 5],
      ],
    )
  })

  test('long spans and 5-minute steps say the same', async () => {
    await store(
      db(),
      [],
      Array.from({ length: 50 }, (_, i) => sampleAt(noonPlus(i))),
    )
    const month = { from: noonPlus(-30 * 1440), to: noonPlus(60) }
    assert.equal((await trafficTotals(db(), month)).requests, 500)
    const series = await trafficSeries(db(), { ...span, step_s: 600 })
    assert.deepEqual(
      series.map((point) => point.requests),
      [100, 100, 100, 100, 100],
    )
  })

  test('the overview tells totals, a full series, types and tops of the span', async () => {
    const slow = { inspect_us_buckets: [0, 0, 0, 0, 0, 0, 0, 0, 0, 7] }
    await store(
      db(),
      [
        hitAt(noonPlus(1), { client: 'c1' }),
        hitAt(noonPlus(2), { client: 'c1', action: 'monitored' }),
        hitAt(noonPlus(3), { client: 'c2', attack_type: 'xss', site: 'blog' }),
        hitAt(noonPlus(61)),
      ],
      [sampleAt(noonPlus(1)), sampleAt(noonPlus(2), slow)],
    )
    const seen = await overview(db(), span)
    assert.deepEqual(
      [seen.totals.requests, seen.totals.monitored, seen.totals.abnormal],
      [20, 2, 2],
    )
    assert.equal(seen.series.at.length, (60 * 60) / seen.step_s)
    for (const column of Object.values(seen.series)) {
      assert.equal(column.length, seen.series.at.length)
    }
    const minute = 60 / seen.step_s
    assert.equal(seen.series.requests[minute], 10)
    assert.equal(seen.series.inspect_us_p50[minute], 100)
    assert.equal(seen.series.inspect_us_p99[2 * minute], 100_000)
    assert.equal(seen.series.inspect_us_p99[0], null)
    assert.deepEqual(seen.attack_types, [
      { attack_type: 'sqli', hits: 2, blocked: 1 },
      { attack_type: 'xss', hits: 1, blocked: 1 },
    ])
    assert.deepEqual(seen.top_clients, [
      { key: 'c1', hits: 2, blocked: 1 },
      { key: 'c2', hits: 1, blocked: 1 },
    ])
    assert.deepEqual(seen.totals.turned_away, { listed: 0, limited: 0, malformed: 0 })
    const blog = await overview(db(), { ...span, site: 'blog' })
    assert.deepEqual(blog.top_sites, [{ key: 'blog', hits: 1, blocked: 1 }])
    assert.equal(blog.totals.requests, 0)
  })

  test('bans and limits are told apart from what could not be read', async () => {
    const refused = (attack_type: Hit['attack_type']) =>
      hitAt(noonPlus(1), { attack_type, action: 'refused' })
    const blocked = hitAt(noonPlus(2), { attack_type: 'protocol' })
    const kinds = ['ip_list', 'ip_list', 'ip_list', 'rate_limit', 'rate_limit', 'protocol'] as const
    await store(db(), [...kinds.map(refused), blocked], [])
    const { totals } = await overview(db(), span)
    assert.deepEqual(totals.turned_away, { listed: 3, limited: 2, malformed: 1 })
  })
}

function retentionSuite(db: () => Database): void {
  test('what is too old is forgotten, what is not stays', async () => {
    const old = Array.from({ length: 25 }, (_, i) => hitAt(noonPlus(i), { target: `old/${i % 7}` }))
    const fresh = hitAt(noonPlus(600), { target: 'fresh' })
    const samples = [sampleAt(noonPlus(0)), sampleAt(noonPlus(300)), sampleAt(noonPlus(600))]
    await store(db(), [...old, fresh], samples)
    const limits = {
      hits_before: noonPlus(100),
      traffic_before: noonPlus(100),
      fine_traffic_before: noonPlus(400),
      samples_before: noonPlus(0),
      batch: 4,
    }
    assert.deepEqual(await deleteOlderThan(db(), limits), { hits: 25, attacks: 7, traffic: 3 })
    const { items } = await listAttacks(db(), {}, { limit: 10 })
    assert.deepEqual(
      items.map((attack) => attack.target),
      ['fresh'],
    )
    const { items: left } = await listHits(db(), { limit: 50 })
    assert.deepEqual(
      left.map((hit) => hit.id),
      [fresh.id],
    )
    const clients = await db().kysely.selectFrom('attack_clients').selectAll().execute()
    assert.equal(clients.length, 1)
    const long = { from: noonPlus(-3_000), to: noonPlus(700) }
    assert.equal((await trafficTotals(db(), long)).requests, 20)
    // The fine rows of that hour are gone; the coarse ones still answer.
    const hour = { from: noonPlus(290), to: noonPlus(350) }
    assert.equal((await trafficTotals(db(), hour)).requests, 10)
    assert.deepEqual(await deleteOlderThan(db(), limits), { hits: 0, attacks: 0, traffic: 0 })
  })
}
