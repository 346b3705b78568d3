import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { uuidv7 } from '#base/id.ts'
import { jsonLog } from '#base/log.ts'
import type { SystemEvent } from '#model/event.ts'
import type { RecordedRequest } from '#model/replay.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { clientTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { newRequest } from '#parts/identity/requests.ts'
import { revocations } from '#parts/identity/revocations.ts'
import { listEvents } from '#parts/records/events.ts'
import { listRecorded } from '#parts/records/recorded-requests.ts'
import { hitAt, noon_ms, noonPlus } from '#parts/records/records.support.ts'
import { hitRecord, type TestAnalytics } from './analytics.support.ts'
import { isNewer } from './server/doorman.ts'
import { startAnalytics } from './service.ts'
import { AnalyticsSettings } from './settings.ts'

export function nodesSuite(shared: () => TestAnalytics): void {
  describe('nodes', () => {
    const edge_id = '0192e4a0-0000-7000-8000-0000000000e1'
    const lines: string[] = []
    const revoked = revocations()
    let dir: string
    let analytics: TestAnalytics
    let port: Awaited<ReturnType<typeof startAnalytics>>
    let own: NodeIdentity
    let edge: NodeIdentity
    before(async () => {
      dir = await mkdtemp(join(tmpdir(), 'gatehouse-analytics-nodes-'))
      analytics = shared()
      const roles = ['edge' as const, 'analytics' as const, 'policy' as const]
      const founder = { name: 'gate-1', roles, policy_servers: [], analytics: [] }
      const founded = await foundCluster(join(dir, 'identity'), founder, Date.now())
      own = founded.identity
      const { csr, key } = await newRequest('edge-1')
      const about = { node_id: edge_id, name: 'edge-1', roles: ['edge' as const] }
      edge = {
        ...own,
        ...about,
        key,
        certificate: await founded.authority.issue(csr, about, Date.now()),
      }
      const world = {
        ...analytics.world,
        clock: systemClock,
        log: jsonLog('event', (l) => lines.push(l)),
      }
      port = await startAnalytics(
        AnalyticsSettings.parse({ listen: '127.0.0.1:0' }),
        {
          database: analytics.database,
          version: '1.4.2',
          tls: { identity: () => own, revocations: revoked },
        },
        world,
      )
    })
    after(async () => {
      await port[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    })

    type Answer = { readonly status: number; readonly body: Record<string, unknown> }

    function post(
      who: Pick<NodeIdentity, 'cluster_id' | 'certificate' | 'key' | 'ca'> | undefined,
      body: unknown,
      version = '1.4.2',
      path = '/v1/records',
    ): Promise<Answer> {
      const agent = new Agent(who ? clientTls(who) : { rejectUnauthorized: false })
      return new Promise((resolve, reject) => {
        const sent = request(`https://${port.address}${path}`, {
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/json', 'x-gatehouse-version': version },
        })
        sent.on('error', reject)
        sent.on('response', async (response) => {
          const text = (await response.toArray()).join('')
          agent.destroy()
          resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) })
        })
        sent.end(JSON.stringify(body))
      })
    }

    const batch = (records: readonly unknown[], node = 'edge-1') => ({
      node,
      version: '1',
      records,
    })
    const hitOf = (node: string) => ({ kind: 'hit', hit: hitAt(noonPlus(0), { node }) })

    function eventOf(node: string, words: Partial<SystemEvent> = {}): SystemEvent {
      return {
        id: uuidv7(noon_ms),
        at: noonPlus(0),
        hlc: `${String(noon_ms).padStart(15, '0')}.00000`,
        node,
        severity: 'notice',
        name: 'bundle.activated',
        message: 'A bundle is enforced',
        fields: { revision: 3 },
        ...words,
      }
    }

    test('a node delivers hits, events and requests with its certificate, each once', async () => {
      const event = eventOf('edge-1')
      const { request: recorded_request, ...hit } = hitAt(noonPlus(0), { node: 'edge-1' })
      const recorded: RecordedRequest = {
        id: uuidv7(noon_ms),
        at: hit.at,
        node: 'edge-1',
        site: 'shop',
        host: 'shop.example',
        client: hit.client,
        action: 'passed',
        request: recorded_request,
      }
      const records = [hitOf('edge-1'), { kind: 'event', event }, { kind: 'request', recorded }]
      for (const _ of [1, 2]) {
        const answer = await post(edge, batch(records))
        assert.deepEqual([answer.status, answer.body], [200, { stored: 3, rejected: [] }])
      }
      const { items } = await listEvents(analytics.database, { limit: 9 })
      assert.deepEqual(items, [event])
      const requests = await listRecorded(analytics.database, { limit: 9 })
      assert.deepEqual(requests.items, [recorded])
    })

    test('a node speaks for itself only', async () => {
      const other = await post(edge, batch([hitOf('edge-2')], 'edge-2'))
      assert.deepEqual([other.status, other.body['code']], [403, 'analytics.wrong_node'])
      const inside = [hitOf('edge-1'), hitOf('edge-2'), { kind: 'event', event: eventOf('gate-1') }]
      assert.deepEqual((await post(edge, batch(inside))).body['rejected'], [1, 2])
      const big = eventOf('edge-1', { message: 'x'.repeat(20_000) })
      assert.deepEqual(
        (await post(edge, batch([{ kind: 'event', event: big }]))).body['rejected'],
        [0],
      )
    })

    test('who shows no certificate of the cluster, or one that was revoked, delivers nothing', async () => {
      const nobody = await post(undefined, batch([]))
      assert.deepEqual([nobody.status, nobody.body['code']], [401, 'analytics.certificate_needed'])
      const founder = {
        name: 'edge-1',
        roles: ['policy' as const],
        policy_servers: [],
        analytics: [],
      }
      const foreign = await foundCluster(join(dir, 'foreign'), founder, Date.now())
      const stranger = { ...foreign.identity, cluster_id: own.cluster_id, ca: own.ca }
      assert.equal((await post(stranger, batch([]))).status, 401)
      revoked.set([edge_id])
      const cut = await post(edge, batch([]))
      assert.deepEqual([cut.status, cut.body['code']], [403, 'analytics.revoked'])
      revoked.set([])
      assert.equal((await post(edge, batch([]))).status, 200)
    })

    test('an edge that is newer than analytics is told both versions, and the log once', async () => {
      for (const _ of [1, 2]) {
        const answer = await post(edge, batch([]), '1.5.0')
        assert.equal(answer.status, 426)
        assert.match(String(answer.body['title']), /runs 1\.5\.0, analytics the older 1\.4\.2/)
      }
      assert.equal(lines.filter((line) => line.includes('analytics.too_old')).length, 1)
      assert.equal((await post(edge, batch([]), '1.4.1')).status, 200)
      const newer = ['1.4.3', '1.10.0', '2.0.0', '1.4.3-rc.1']
      const not = ['1.4.2', '1.4.2-rc.9', '0.9.9', '', 'latest', '1.5', '1.5.0.1']
      assert.deepEqual(
        [newer.map((one) => isNewer(one, '1.4.2')), not.map((one) => isNewer(one, '1.4.2'))],
        [newer.map(() => true), not.map(() => false)],
      )
    })

    test('without certificates only a loopback address is listened on', async () => {
      const { database, world } = analytics
      for (const listen of ['0.0.0.0:0', '*:0', '[::]:0', '192.0.2.1:0']) {
        const settings = AnalyticsSettings.parse({ listen })
        const wrong = { code: 'analytics.tls_needed' }
        await assert.rejects(startAnalytics(settings, { database }, world), wrong, listen)
      }
      assert.deepEqual(await analytics.deliver([hitRecord(noonPlus(0))]), {
        stored: 1,
        rejected: [],
      })
    })
  })
}
