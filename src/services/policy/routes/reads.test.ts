import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Attack } from '#model/attack.ts'
import type { Hit } from '#model/hit.ts'
import type { NodeStatus } from '#model/node.ts'
import { type ApiClient, apiClient } from '#parts/client/client.ts'
import { type UnixTransport, unixTransport } from '#parts/client/unix-transport.ts'
import { openDatabase } from '#parts/records/database.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { saveNodeStatus } from '#parts/records/nodes.ts'
import { hitAt, sampleAt } from '#parts/records/records.support.ts'
import { type TestPolicy, testPolicy, testWorld } from '../policy.support.ts'
import { nodeView } from './nodes.support.ts'

let site: TestPolicy
let local: UnixTransport
let client: ApiClient
const start_ms = Date.now()
const ago = (ms: number) => new Date(start_ms - ms).toISOString()
const minute_ms = 60_000

async function store(...hits: Hit[]): Promise<void> {
  await storeRecords(
    site.database,
    hits.map((hit) => ({ kind: 'hit', hit })),
    { gap_ms: 3_600_000 },
  )
}

const hits = [
  hitAt(ago(30 * minute_ms), { parameter: 'ARGS:a' }),
  hitAt(ago(20 * minute_ms), { parameter: 'ARGS:b', client: '198.51.100.7', action: 'monitored' }),
  hitAt(ago(10 * minute_ms), { parameter: 'ARGS:c', attack_type: 'xss', value: '=1+1' }),
  hitAt(ago(9 * minute_ms), { parameter: 'ARGS:c', attack_type: 'xss', value: '=1+1' }),
]

const status: NodeStatus = {
  node: 'a',
  version: '0.0.1',
  startid: '1',
  timestamp: ago(0),
  started_at: ago(minute_ms),
  requests: 10,
  attacks: 3,
  blocked: 2,
  abnormal: 0,
  faults: 0,
  overlimits_time: 0,
  deferred: 0,
  lost: 0,
  time_detect: 0.5,
  bytes_in: 1,
  bytes_out: 1,
  upstream_errors: 0,
  bundle: 'b',
  below_threshold: 0,
  revision: 1,
  lists_revision: 0,
  agent: null,
  delivery_trouble: null,
  last_reload: null,
  rule_set: 'crs 4.28',
  rules: 600,
  bundle_applied_at: ago(minute_ms),
  workers: [{ pid: 1, index: 0, state: 'ready', rss_bytes: 1, restarts: 0, bundle: 'b' }],
  upstreams: [
    { site: 'shop', url: 'http://127.0.0.1:3000', is_up: false, is_backup: false, fails: 3 },
  ],
  split: [],
}

/** The node tells its status now: older than ten seconds it does not count. */
async function report(): Promise<void> {
  await saveNodeStatus(site.database, { ...status, timestamp: new Date().toISOString() })
}

before(async () => {
  site = await testPolicy({}, { nodes: async () => [nodeView('a'), nodeView('silent')] })
  local = unixTransport(site.socket_path)
  client = apiClient(local.send)
  await store(...hits)
  await storeRecords(site.database, [{ kind: 'traffic', traffic: sampleAt(ago(minute_ms)) }], {
    gap_ms: 3_600_000,
  })
})
after(async () => {
  await local[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

test('attacks come page by page, newest first, each once', async () => {
  const seen: Attack[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: { limit: number; cursor?: string } = cursor ? { limit: 1, cursor } : { limit: 1 }
    const page = await client.call('GET /api/v1/attacks', { query })
    seen.push(...page.items)
    cursor = page.next_cursor
  }
  assert.deepEqual(
    seen.map((attack) => attack.parameter),
    ['ARGS:c', 'ARGS:b', 'ARGS:a'],
  )
})

test('a page names the next one in a Link header that keeps the filter', async () => {
  const { socket_path: socketPath } = site
  const first = await site.ask('GET /api/v1/attacks?limit=1&site=shop', { socketPath })
  const link = /^<(.+)>; rel="next"$/.exec(String(first.headers['link']))?.[1] ?? ''
  assert.match(link, /^\/api\/v1\/attacks\?limit=1&site=shop&cursor=/)
  const second = await site.ask(`GET ${link}`, { socketPath })
  assert.equal((second.json as { items: Attack[] }).items[0]?.parameter, 'ARGS:b')
})

test('attacks are filtered by every word of the contract', async () => {
  const count = async (query: Parameters<typeof client.call<'GET /api/v1/attacks'>>[1]) =>
    (await client.call('GET /api/v1/attacks', query)).items.length
  assert.equal(await count({ query: { type: 'xss' } }), 1)
  assert.equal(await count({ query: { type: ['xss', 'sqli'] } }), 3)
  assert.equal(await count({ query: { client: '198.51.100.7' } }), 1)
  assert.equal(await count({ query: { action: 'monitored' } }), 1)
  assert.equal(await count({ query: { range: '15m' } }), 1)
  assert.equal(await count({ query: { from: ago(25 * minute_ms), to: ago(15 * minute_ms) } }), 1)
  assert.equal(await count({ query: { rule_id: 942100, parameter: 'ARGS:a' } }), 1)
  assert.equal(await count({ query: { q: '=1+1' } }), 1)
  assert.equal(await count({ query: { target: '/cart', site: 'shop' } }), 3)
  assert.equal(await count({ query: { site: 'other' } }), 0)
})

test('attacks are counted in groups', async () => {
  const { groups } = await client.call('GET /api/v1/attack-groups', { query: { by: 'type' } })
  assert.deepEqual(groups.map(({ key, attacks, hits }) => [key, attacks, hits]).sort(), [
    ['sqli', 2, 2],
    ['xss', 1, 2],
  ])
})

test('an attack has its newest hit, its hits, and the answer to why', async () => {
  const { items } = await client.call('GET /api/v1/attacks', { query: { type: 'xss' } })
  const id = items[0]?.id ?? ''
  const detail = await client.call('GET /api/v1/attacks/{id}', { params: { id } })
  assert.deepEqual(detail.hit, hits[3])
  assert.equal(detail.attack.hits, 2)
  const page = await client.call('GET /api/v1/attacks/{id}/hits', { params: { id } })
  assert.deepEqual(
    page.items.map((hit) => hit.id),
    [hits[3]?.id, hits[2]?.id],
  )
  const request_id = hits[0]?.request_id ?? ''
  const why = await client.call('GET /api/v1/requests/{request_id}', { params: { request_id } })
  const named = async (request_id: string) =>
    (await client.call('GET /api/v1/requests/{request_id}', { params: { request_id } })).request_id
  assert.equal(await named(hits[0]?.id ?? ''), request_id, 'by a hit')
  assert.equal(await named(id), hits[3]?.request_id, 'by an attack, whose newest hit counts')
  assert.deepEqual(why, { request_id, hits: [hits[0]] })
  const of_client = { query: { client: '198.51.100.7' } }
  assert.equal((await client.call('GET /api/v1/hits', of_client)).items.length, 1)
  const one = { params: { id: hits[1]?.id ?? '' } }
  assert.deepEqual(await client.call('GET /api/v1/hits/{id}', one), hits[1])
})

test('attacks are exported as a table and as lines, with a file name', async () => {
  const { socket_path: socketPath } = site
  const csv = await site.ask('GET /api/v1/attacks-export?format=csv&type=xss', { socketPath })
  assert.match(csv.headers['content-type'] ?? '', /^text\/csv/)
  assert.match(csv.headers['content-disposition'] ?? '', /^attachment; filename="attacks-.*\.csv"$/)
  assert.match(csv.text, /^id,.*\r\n.*,"'=1\+1",.*\r\n$/)
  const lines: string[] = []
  for await (const text of local.download('/api/v1/attacks-export?format=json')) lines.push(text)
  assert.equal(lines.join('').trimEnd().split('\n').length, 3)
})

test('sites show what is set and what their nodes tell', async () => {
  await report()
  const { sites } = await client.call('GET /api/v1/sites')
  const [shop] = sites
  assert.deepEqual(
    shop?.upstreams.map(({ is_up, is_backup, fails }) => [is_up, is_backup, fails]),
    [
      [false, false, 3],
      [true, true, 0],
    ],
  )
  assert.deepEqual([shop?.requests, shop?.attacks, shop?.blocked], [10, 3, 2])
  assert.equal(shop?.rule_set, 'crs 4.28')
  const { nodes } = await client.call('GET /api/v1/nodes')
  assert.deepEqual(
    nodes.map(({ name, status: told }) => [name, told && { ...told, timestamp: status.timestamp }]),
    [
      ['a', status],
      ['silent', null],
    ],
  )
})

test('the overview says what is wrong before the numbers', async () => {
  await report()
  const overview = await client.call('GET /api/v1/overview')
  assert.equal(overview.is_healthy, false)
  assert.equal(
    overview.verdict,
    '1 of 2 upstreams of shop is down. 2 attacks blocked, 1 seen and let through in the last hour.',
  )
  assert.equal(overview.totals.requests, 10)
  assert.equal(overview.series.at.length, overview.series.requests.length)
})

test('a new attack appears in the live stream in under two seconds, and again after a break', async () => {
  const stop = new AbortController()
  const path = '/api/v1/events/stream?topics=attack,traffic'
  const stream = local.events(path, stop.signal)
  const seen: { event: string; id: string; data: string }[] = []
  const first = Promise.withResolvers<number>()
  const traffic = Promise.withResolvers<void>()
  const reading = (async () => {
    for await (const message of stream) {
      seen.push(message)
      if (message.event === 'attack') first.resolve(performance.now())
      else traffic.resolve()
    }
  })()
  await traffic.promise
  const stored_at = performance.now()
  await store(hitAt(new Date().toISOString(), { parameter: 'ARGS:live' }))
  const took_ms = (await first.promise) - stored_at
  assert.ok(took_ms < 2_000, `${took_ms} ms`)
  const attack = seen.find((message) => message.event === 'attack')
  assert.equal((JSON.parse(attack?.data ?? '') as Attack).parameter, 'ARGS:live')
  stop.abort()
  await reading

  await store(hitAt(new Date().toISOString(), { parameter: 'ARGS:missed' }))
  const again = new AbortController()
  for await (const message of local.events(path, again.signal, attack?.id)) {
    if (message.event !== 'attack') continue
    assert.equal((JSON.parse(message.data) as Attack).parameter, 'ARGS:missed')
    again.abort()
  }
})

test('the client tells when nobody answers at the socket', async () => {
  await using nowhere = unixTransport(`${site.dir}/nobody.sock`)
  await assert.rejects(apiClient(nowhere.send).call('GET /api/v1/sites'), {
    code: 'client.unreachable',
  })
})

test('while the database is away calls say so, and the contract can still be read', async () => {
  const url = 'postgres://gatehouse@127.0.0.1:1/none'
  await using database = await openDatabase({ kind: 'postgres', url }, testWorld())
  await using away = await testPolicy({}, { database })
  const { socket_path: socketPath } = away
  for (const key of ['GET /api/v1/attacks', 'GET /api/v1/attacks-export?format=csv']) {
    const asked = await away.ask(key, { socketPath })
    assert.equal(asked.status, 503, asked.text)
    assert.equal((asked.json as { code: string }).code, 'records.unavailable')
    assert.equal(asked.headers['retry-after'], '5')
  }
  const json = { username: 'admin', password: 'x' }
  assert.equal((await away.ask('POST /api/v1/session', { json })).status, 503)
  assert.equal((await away.ask('GET /api/v1/openapi.json')).status, 200)
  assert.equal((await away.ask('GET /livez')).status, 200)
  const ready = await away.ask('GET /readyz?verbose')
  assert.equal(ready.status, 503)
  assert.match(ready.text, /^\[-\] database embedded is away\n/)
})
