/** What every engine of the records must do. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { IntakeRecord } from '#model/intake.ts'
import type { NodeStatus } from '#model/node.ts'
import { activitySuite } from './activity.suite.ts'
import { attacksChangedSince, getAttack, lastChange, listAttacks } from './attacks.ts'
import { clusterSuite } from './cluster.suite.ts'
import type { Database } from './database.ts'
import { getHit, hitsOfRequest, listHits, storeRecords } from './hits.ts'
import { listsSuite } from './lists.suite.ts'
import { listNodes, saveNodeStatus } from './nodes.ts'
import { policySuite } from './policy.suite.ts'
import { hitAt, noonPlus, sampleAt } from './records.support.ts'
import { recordsReadSuite } from './records-read.suite.ts'
import { tokensSuite } from './tokens.suite.ts'
import { usersSuite } from './users.suite.ts'

const gap = { gap_ms: 3_600_000 }

export type OpenDatabase = () => Promise<Database>

export function recordsSuite(name: string, open: OpenDatabase): void {
  describe(name, () => {
    let db: Database
    before(async () => {
      db = await open()
    })
    after(() => db[Symbol.asyncDispose]())
    beforeEach(() => empty(db))
    const given = () => db
    storingSuite(given)
    groupingSuite(given)
    changesSuite(given)
    recordsReadSuite(given)
    usersSuite(given)
    clusterSuite(given)
    tokensSuite(given)
    activitySuite(given)
    policySuite(given)
    listsSuite(given)
  })
}

async function empty(db: Database): Promise<void> {
  await sql`truncate hits, attacks, attack_clients, traffic, traffic_samples, nodes`.execute(
    db.kysely,
  )
  await db.kysely.updateTable('changes').set({ last: 0 }).execute()
}

export function hitRecords(...hits: ReturnType<typeof hitAt>[]): IntakeRecord[] {
  return hits.map((hit) => ({ kind: 'hit', hit }))
}

function storingSuite(db: () => Database): void {
  test('a hit comes back as it was stored, whatever text it holds', async () => {
    const hit = hitAt(noonPlus(0), {
      value: 'a\\x00\\\\ "quoted" ü 漢 🙂 %_\n\t\'; drop table hits; --',
      parameter: '',
      decoded_by: [],
      rule_ids: [1, 2_000_000_000],
    })
    assert.deepEqual(await storeRecords(db(), hitRecords(hit), gap), { stored: 1, duplicates: 0 })
    assert.deepEqual(await getHit(db(), hit.id), hit)
    assert.deepEqual(await hitsOfRequest(db(), hit.request_id), [hit])
  })

  test('the same batch twice is stored once', async () => {
    const batch: IntakeRecord[] = [
      ...hitRecords(hitAt(noonPlus(0)), hitAt(noonPlus(1))),
      { kind: 'traffic', traffic: sampleAt(noonPlus(0)) },
    ]
    assert.deepEqual(await storeRecords(db(), batch, gap), { stored: 3, duplicates: 0 })
    const before = await listAttacks(db(), {}, { limit: 10 })
    assert.deepEqual(await storeRecords(db(), batch, gap), { stored: 0, duplicates: 3 })
    assert.deepEqual(await listAttacks(db(), {}, { limit: 10 }), before)
  })

  test('of overlapping batches, and of a record that is twice in one, each counts once', async () => {
    const [a, b, c] = [hitAt(noonPlus(0)), hitAt(noonPlus(1)), hitAt(noonPlus(2))]
    await storeRecords(db(), hitRecords(a, b), gap)
    const answer = await storeRecords(db(), hitRecords(b, c, c), gap)
    assert.deepEqual(answer, { stored: 1, duplicates: 2 })
    const { items } = await listAttacks(db(), {}, { limit: 10 })
    assert.deepEqual(
      items.map((attack) => attack.hits),
      [3],
    )
  })

  test('writers at the same time with the same records store each once', async () => {
    const hits = Array.from({ length: 40 }, (_, i) => hitAt(noonPlus(i)))
    const answers = await Promise.all(
      [0, 10, 20, 0].map((from) =>
        storeRecords(db(), hitRecords(...hits.slice(from, from + 20)), gap),
      ),
    )
    assert.equal(
      answers.reduce((sum, answer) => sum + answer.stored, 0),
      40,
    )
    const { items } = await listAttacks(db(), {}, { limit: 10 })
    assert.deepEqual(
      items.map((attack) => [attack.hits, attack.first_at, attack.last_at]),
      [[40, noonPlus(0), noonPlus(39)]],
    )
  })

  test('a value that no column takes is a fault, and nothing of its batch is stored', async () => {
    const good = hitAt(noonPlus(0))
    // Random enough that no compression brings it below what an index takes.
    const endless = Array.from({ length: 9_000 }, (_, i) => (i * 7919) % 9973).join()
    const bads = [
      hitAt(noonPlus(0), { value: 'NUL \0' }),
      hitAt(noonPlus(0), { decoded_by: ['NUL \0'] }),
      hitAt(noonPlus(0), { client: endless }),
      hitAt(noonPlus(0), { value: 'half a character \ud83d' }),
    ]
    for (const bad of bads) {
      await assert.rejects(storeRecords(db(), hitRecords(good, bad), gap), {
        code: 'records.bad_value',
      })
    }
    assert.equal(await getHit(db(), good.id), undefined)
    assert.deepEqual((await listAttacks(db(), {}, { limit: 10 })).items, [])
  })

  test('of the reports of a node the newest is kept', async () => {
    const status = { node: 'n1', version: '1', workers: [], timestamp: noonPlus(0) }
    await saveNodeStatus(db(), { ...status, requests: 1 } as unknown as NodeStatus)
    await saveNodeStatus(db(), { ...status, requests: 2 } as unknown as NodeStatus)
    await saveNodeStatus(db(), { ...status, node: 'n0' } as unknown as NodeStatus)
    assert.deepEqual(
      (await listNodes(db())).map((node) => [node.node, node.requests]),
      [
        ['n0', undefined],
        ['n1', 2],
      ],
    )
  })
}

function groupingSuite(db: () => Database): void {
  const spans = async () =>
    (await listAttacks(db(), {}, { limit: 100 })).items
      .map((attack) => [attack.first_at, attack.last_at, attack.hits])
      .sort()

  test('type, parameter and target make an attack', async () => {
    await storeRecords(
      db(),
      hitRecords(
        hitAt(noonPlus(0)),
        hitAt(noonPlus(1), { attack_type: 'xss' }),
        hitAt(noonPlus(2), { parameter: 'ARGS:name' }),
        hitAt(noonPlus(3), { target: 'shop.example/' }),
        hitAt(noonPlus(4), { client: '203.0.113.10', node: 'n2' }),
      ),
      gap,
    )
    assert.deepEqual(await spans(), [
      [noonPlus(0), noonPlus(4), 2],
      [noonPlus(1), noonPlus(1), 1],
      [noonPlus(2), noonPlus(2), 1],
      [noonPlus(3), noonPlus(3), 1],
    ])
  })

  test('a silence of an hour belongs to the attack, a longer one opens a new one', async () => {
    await storeRecords(db(), hitRecords(hitAt(noonPlus(0))), gap)
    await storeRecords(db(), hitRecords(hitAt(noonPlus(60))), gap)
    await storeRecords(db(), hitRecords(hitAt(noonPlus(120.001))), gap)
    assert.deepEqual(await spans(), [
      [noonPlus(0), noonPlus(60), 2],
      [noonPlus(120.001), noonPlus(120.001), 1],
    ])
  })

  test('late hits of another node join by their own time, and the newest word stays', async () => {
    await storeRecords(db(), hitRecords(hitAt(noonPlus(30), { value: 'newest' })), gap)
    const late = hitAt(noonPlus(0), { node: 'n2', value: 'older', client: '203.0.113.77' })
    await storeRecords(db(), hitRecords(late), gap)
    const { items } = await listAttacks(db(), {}, { limit: 10 })
    assert.deepEqual(
      items.map((a) => [a.first_at, a.last_at, a.hits, a.clients, a.value, a.node]),
      [[noonPlus(0), noonPlus(30), 2, 2, 'newest', 'n1']],
    )
  })

  test('a late hit between two attacks joins the nearer; ids never change', async () => {
    const [first, second] = [hitAt(noonPlus(0)), hitAt(noonPlus(90))]
    await storeRecords(db(), hitRecords(first, second), gap)
    const ids = (await listAttacks(db(), {}, { limit: 10 })).items.map((a) => a.id).sort()
    await storeRecords(db(), hitRecords(hitAt(noonPlus(50))), gap)
    assert.deepEqual(await spans(), [
      [noonPlus(0), noonPlus(0), 1],
      [noonPlus(50), noonPlus(90), 2],
    ])
    const now = (await listAttacks(db(), {}, { limit: 10 })).items.map((a) => a.id).sort()
    assert.deepEqual(now, ids)
  })

  test('an attack counts what was blocked, its clients, its rules and its highest score', async () => {
    const newest = hitAt(noonPlus(3), { action: 'refused', client: 'c2', rule_ids: [7, 942100] })
    await storeRecords(
      db(),
      hitRecords(
        hitAt(noonPlus(0), { client: 'c1' }),
        hitAt(noonPlus(1), { action: 'monitored', score: 25 }),
      ),
      gap,
    )
    await storeRecords(db(), hitRecords(hitAt(noonPlus(2), { client: 'c1' }), newest), gap)
    const [attack] = (await listAttacks(db(), {}, { limit: 10 })).items
    assert.ok(attack)
    assert.deepEqual(
      [attack.hits, attack.blocked, attack.clients, attack.score_max, attack.rule_ids],
      [4, 3, 3, 25, [942100, 7]],
    )
    assert.equal(attack.last_hit_id, newest.id)
    assert.equal(attack.client, 'c2')
    assert.deepEqual(await getAttack(db(), attack.id), attack)
  })

  test('whatever the order and the repeats of delivery, attacks add up to the hits', async () => {
    let seed = 42
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const hits = Array.from({ length: 300 }, () =>
      hitAt(noonPlus(random(600)), {
        parameter: `ARGS:${random(3)}`,
        client: `c${random(5)}`,
        action: (['monitored', 'blocked', 'refused'] as const)[random(3)] ?? 'blocked',
      }),
    )
    for (let left = 60; left > 0; left--) {
      const batch = Array.from({ length: 1 + random(20) }, () => hits[random(hits.length)])
      await storeRecords(db(), hitRecords(...batch.filter((hit) => hit !== undefined)), gap)
    }
    await storeRecords(db(), hitRecords(...hits), gap)
    const { rows } = await sql<object>`
      select a.id from attacks a left join lateral (
        select count(*) as hits, count(*) filter (where action <> 'monitored') as blocked,
          count(*) filter (where action = 'refused') as refused, count(distinct client) as clients,
          min(at) as first_at, max(at) as last_at, max(score) as score_max
        from hits where attack_id = a.id) h on true
      where (a.hits, a.blocked, a.refused, a.clients, a.first_at, a.last_at, a.score_max)
        is distinct from (h.hits, h.blocked, h.refused, h.clients, h.first_at, h.last_at, h.score_max)
    `.execute(db().kysely)
    assert.deepEqual(rows, [])
    const { items } = await listAttacks(db(), {}, { limit: 200 })
    assert.equal(
      items.reduce((sum, attack) => sum + attack.hits, 0),
      300,
    )
    assert.ok(items.length >= 3)
    const page = await listHits(db(), { attack_id: items[0]?.id ?? '', limit: 200 })
    assert.equal(page.items.length, items[0]?.hits)
  })
}

function changesSuite(db: () => Database): void {
  test('a reader of changes sees every attack that changed, once per reading', async () => {
    assert.equal(await lastChange(db()), 0)
    await storeRecords(
      db(),
      hitRecords(hitAt(noonPlus(0)), hitAt(noonPlus(1), { parameter: 'ARGS:b' })),
      gap,
    )
    const first = await attacksChangedSince(db(), 0, 100)
    assert.equal(first.attacks.length, 2)
    assert.equal(first.change, await lastChange(db()))
    assert.deepEqual(await attacksChangedSince(db(), first.change, 100), {
      change: first.change,
      attacks: [],
    })
    await storeRecords(db(), hitRecords(hitAt(noonPlus(2)), hitAt(noonPlus(3))), gap)
    const second = await attacksChangedSince(db(), first.change, 100)
    assert.deepEqual(
      second.attacks.map((a) => [a.parameter, a.hits]),
      [['ARGS:id', 3]],
    )
    const step = await attacksChangedSince(db(), 0, 1)
    const rest = await attacksChangedSince(db(), step.change, 100)
    assert.equal(step.attacks.length + rest.attacks.length, 2)
  })

  test('a reader that polls while many write misses no attack', async () => {
    const seen = new Map<string, number>()
    let change = 0
    const poll = async () => {
      const news = await attacksChangedSince(db(), change, 7)
      assert.ok(news.change >= change)
      change = news.change
      for (const attack of news.attacks) seen.set(attack.id, attack.hits)
      return news.attacks.length
    }
    let is_writing = true
    const reader = (async () => {
      while (is_writing) await poll()
    })()
    const writer = async (name: string) => {
      for (let i = 0; i < 15; i++) {
        const parameters = [0, 1, 2].map((n) => `ARGS:${(i + n) % 5}-${name.length % 2}`)
        const hits = parameters.map((parameter) => hitAt(noonPlus(i), { parameter }))
        await storeRecords(db(), hitRecords(...hits), gap)
      }
    }
    await Promise.all(['a', 'ab', 'abc', 'abcd'].map(writer))
    is_writing = false
    await reader
    while ((await poll()) > 0);
    const { items } = await listAttacks(db(), {}, { limit: 200 })
    assert.deepEqual(seen, new Map(items.map((attack) => [attack.id, attack.hits])))
  })
}
