import assert from 'node:assert/strict'
import { request } from 'node:http'
import { before, beforeEach, describe, test } from 'node:test'
import type { NodeStatus } from '#model/node.ts'
import { lastChange, listAttacks } from '#parts/records/attacks.ts'
import { getHit, listHits } from '#parts/records/hits.ts'
import { listNodes } from '#parts/records/nodes.ts'
import { floodOfHits, noonPlus } from '#parts/records/records.support.ts'
import { trafficTotals } from '#parts/records/traffic.ts'
import {
  hitRecord,
  type TestAnalytics,
  testAnalytics,
  trafficRecord,
  withoutRecords,
} from './analytics.support.ts'
import { startAnalytics } from './service.ts'
import { AnalyticsSettings } from './settings.ts'

export function serviceSuite(shared: () => TestAnalytics): void {
  describe('the service', () => {
    let analytics: TestAnalytics
    before(() => {
      analytics = shared()
    })
    beforeEach(() => withoutRecords(analytics.database))

    const attacks = async () => (await listAttacks(analytics.database, {}, { limit: 100 })).items
    const code = async (response: Response) => ((await response.json()) as { code: string }).code

    const status: NodeStatus = {
      node: 'n1',
      version: '0.1.0',
      startid: 's1',
      timestamp: noonPlus(0),
      started_at: noonPlus(0),
      requests: 5,
      attacks: 0,
      blocked: 0,
      abnormal: 0,
      faults: 0,
      overlimits_time: 0,
      deferred: 0,
      lost: 0,
      time_detect: 0.5,
      bytes_in: 0,
      bytes_out: 0,
      upstream_errors: 0,
      bundle: 'b1',
      below_threshold: 0,
      revision: 1,
      lists_revision: 0,
      agent: null,
      delivery_trouble: null,
      last_reload: null,
      rule_set: 'crs 4.28',
      rules: 100,
      bundle_applied_at: noonPlus(0),
      workers: [],
      upstreams: [],
      split: [],
    }

    test('a delivered hit is an attack, and its sample is traffic', async () => {
      const record = hitRecord(noonPlus(0))
      assert.deepEqual(await analytics.deliver([record, trafficRecord(noonPlus(0))]), {
        stored: 2,
        rejected: [],
      })
      assert.deepEqual(await getHit(analytics.database, record.hit.id), record.hit)
      const [attack] = await attacks()
      assert.deepEqual([attack?.attack_type, attack?.hits, attack?.blocked], ['sqli', 1, 1])
      const span = { from: noonPlus(-1), to: noonPlus(1) }
      assert.equal((await trafficTotals(analytics.database, span)).requests, 10)
    })

    test('a batch that comes again after a lost answer is answered the same and counts once', async () => {
      const batch = [hitRecord(noonPlus(0)), hitRecord(noonPlus(1)), trafficRecord(noonPlus(0))]
      const first = await analytics.deliver(batch)
      assert.deepEqual(await analytics.deliver(batch), first)
      assert.deepEqual(await analytics.deliver(batch.slice(1)), { stored: 2, rejected: [] })
      assert.deepEqual(
        (await attacks()).map((attack) => attack.hits),
        [2],
      )
    })

    test('hits of two nodes on the same parameter are one attack of two clients', async () => {
      await analytics.deliver([hitRecord(noonPlus(1))], 'n1')
      await analytics.deliver(
        [hitRecord(noonPlus(0), { node: 'n2', client: '203.0.113.10' })],
        'n2',
      )
      const [attack] = await attacks()
      assert.deepEqual([attack?.hits, attack?.clients, attack?.node], [2, 2, 'n1'])
    })

    test('a silence of more than the gap opens a new attack', async () => {
      await analytics.deliver([hitRecord(noonPlus(0)), hitRecord(noonPlus(61))])
      assert.equal((await attacks()).length, 2)
    })

    test('a record from the future is kept with an earlier time, and counted', async () => {
      const record = hitRecord('9999-01-01T00:00:00.000Z')
      await analytics.deliver([record])
      const kept = await getHit(analytics.database, record.hit.id)
      assert.ok(Date.parse(kept?.at ?? '') <= analytics.world.clock.now() + 300_000)
      const metrics = await analytics.world.metrics.text()
      assert.match(metrics, /gatehouse_analytics_future_records_total 1\n/)
    })

    test('a bad record is told by its place, its neighbours are stored', async () => {
      const good = [0, 1, 2, 3].map((minute) => hitRecord(noonPlus(minute)))
      const records = [
        good[0],
        { kind: 'hit', hit: { id: 'x' } },
        good[1],
        hitRecord(noonPlus(4), { value: 'NUL \0' }),
        null,
        good[2],
        hitRecord(noonPlus(5), { at: '0000-01-01T00:00:00Z', target: 'half a character \ud800' }),
        { kind: 'ban' },
        good[3],
      ]
      assert.deepEqual(await analytics.deliver(records), { stored: 4, rejected: [1, 3, 4, 6, 7] })
      const { items } = await listHits(analytics.database, { limit: 50 })
      assert.deepEqual(
        items.map((hit) => hit.id),
        good.map((record) => record.hit.id).reverse(),
      )
      const metrics = await analytics.world.metrics.text()
      assert.match(metrics, /gatehouse_analytics_records_total\{result="rejected"\} 5/)
    })

    test('what is no batch is refused with the reason, and nothing is stored', async () => {
      const batch = { node: 'n1', version: '1', records: [hitRecord(noonPlus(0))] }
      const cases: readonly (readonly [
        body: unknown,
        headers: Record<string, string>,
        want: number,
      ])[] = [
        ['{', {}, 400],
        ['', {}, 400],
        [[], {}, 400],
        [{ ...batch, extra: 1 }, {}, 400],
        [{ ...batch, records: Array.from({ length: 1001 }, () => 0) }, {}, 400],
        [batch, { 'content-type': 'text/plain' }, 415],
        [batch, { 'content-type': 'application/jsonp' }, 415],
        [batch, { 'content-encoding': 'gzip' }, 415],
        [batch, { origin: 'https://evil.example' }, 403],
        [`"${'x'.repeat(8 * 1024 ** 2)}"`, {}, 413],
      ]
      for (const [body, headers, want] of cases) {
        const response = await analytics.post('/v1/records', body, headers)
        assert.equal(response.status, want, JSON.stringify(headers))
        assert.equal(response.headers.get('content-type'), 'application/problem+json')
        assert.match(await code(response), /^analytics\./)
      }
      assert.deepEqual(await attacks(), [])
    })

    test('only the two calls are known', async () => {
      for (const path of ['/', '/v1/records/', '/v1/records?x=1', '/__proto__', '/constructor']) {
        assert.equal((await analytics.post(path, {})).status, 404, path)
      }
      const response = await fetch(`${analytics.url}/v1/records`)
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'])
    })

    test('a sender that ends early stores nothing and stops nobody', async () => {
      const { hostname, port } = new URL(analytics.url)
      const half = request({
        hostname,
        port,
        path: '/v1/records',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '1000' },
      })
      const gone = new Promise((resolve) => half.on('error', resolve))
      half.write('{"node":"n1"', () => half.destroy(new Error('gone')))
      await gone
      assert.deepEqual(await analytics.deliver([hitRecord(noonPlus(0))]), {
        stored: 1,
        rejected: [],
      })
    })

    test('the newest report of a node is kept; what is none is refused', async () => {
      assert.equal((await analytics.post('/v1/status', status)).status, 204)
      assert.equal((await analytics.post('/v1/status', { ...status, requests: 6 })).status, 204)
      assert.deepEqual(await listNodes(analytics.database), [{ ...status, requests: 6 }])
      assert.equal((await analytics.post('/v1/status', { node: 'n1' })).status, 400)
      const nul = await analytics.post('/v1/status', { ...status, rule_set: '\0' })
      assert.deepEqual([nul.status, await code(nul)], [400, 'records.bad_value'])
    })

    test('a stop answers the batch under way and then takes no more', async () => {
      const { database } = analytics
      // Its own service on our database, which stays open.
      const other = await testAnalytics(async () => ({
        ...database,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }))
      const last = await lastChange(database)
      const under_way = other.deliver(floodOfHits(200).map((hit) => ({ kind: 'hit', hit })))
      while ((await lastChange(database)) === last);
      await other[Symbol.asyncDispose]()
      assert.deepEqual(await under_way, { stored: 200, rejected: [] })
      await assert.rejects(other.deliver([]))
    })

    test('an address that cannot be had is a fault that names it', async () => {
      const { database, world, url } = analytics
      const settings = AnalyticsSettings.parse({ listen: new URL(url).host })
      await assert.rejects(startAnalytics(settings, { database }, world), {
        code: 'analytics.cannot_listen',
        message: /EADDRINUSE/,
      })
    })
  })
}
