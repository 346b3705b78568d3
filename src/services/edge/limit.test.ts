import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { ListEntry } from '#model/ip-list.ts'
import { compileLists } from '#parts/enforcement/ip-lists.ts'
import { startTestEdge, startUpstream, type TestEdge } from './edge.fixture.ts'

const attack = '/?q=1+union+select+2'

function entry(kind: ListEntry['kind'], network: string, more: Partial<ListEntry> = {}): ListEntry {
  return {
    id: randomUUID(),
    kind,
    network,
    site: '',
    reason: 'a test',
    origin: 'operator',
    created_by: 'test',
    created_at: new Date().toISOString(),
    expires_at: null,
    ...more,
  }
}

const list = (edge: TestEdge, ...entries: ListEntry[]): void =>
  edge.edge.setLists(compileLists(entries))
const kinds = (edge: TestEdge): string[][] =>
  edge.hits().map((hit) => [hit.attack_type, hit.action, String(hit.status)])

test('a client on the deny list gets the block page of its site before its body is read, and a record', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'monitor', block_page: 'own' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template language of block pages.
    policy: { block_pages: [{ name: 'own', html: '<p>${request_id} of ${client}</p>' }] },
  })
  list(edge, entry('deny', '127.0.0.0/8'))
  const answer = await fetch(edge.url, { headers: { accept: 'text/html' } })
  assert.equal(answer.status, 403)
  const id = answer.headers.get('x-request-id')
  assert.equal(await answer.text(), `<p>${id} of 127.0.0.1</p>`)
  assert.equal(answer.headers.get('content-security-policy'), "frame-ancestors 'none'")
  assert.equal(upstream.seen.length, 0)
  assert.deepEqual(kinds(edge), [['ip_list', 'refused', '403']])
  assert.match(edge.hits()[0]?.reason ?? '', /127\.0\.0\.0\/8 is on the deny list .*a test/)
  assert.equal(edge.report().sites['test']?.abnormal, 1)
})

test('allow goes before deny, the rules still look; an entry counts on its site, in its time; off is left alone', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    sites: [
      { name: 'a', hosts: ['a'] },
      { name: 'off', hosts: ['127.0.0.1'], mode: 'off' },
      { name: 'rest', hosts: ['*'], upstreams: [upstream.url].map((url) => ({ url })) },
    ],
    settings: { trusted_proxies: ['127.0.0.1'] },
  })
  const get = async (path: string, client: string): Promise<number> =>
    (await fetch(edge.url + path, { headers: { 'x-forwarded-for': client } })).status
  list(edge, entry('deny', '0.0.0.0/0'))
  assert.equal(await get('/', '192.0.2.1'), 200, 'a site that is off')
  edge.swap({ sites: [{ name: 'b', hosts: ['*'], upstreams: [{ url: upstream.url }] }] })
  assert.equal(await get('/', '192.0.2.1'), 403)
  list(edge, entry('deny', '0.0.0.0/0'), entry('allow', '192.0.2.1', { site: 'b' }))
  assert.equal(await get('/', '192.0.2.1'), 200)
  assert.equal(await get(attack, '192.0.2.1'), 403, 'the rules still look')
  list(edge, entry('deny', '192.0.2.1', { site: 'other' }))
  assert.equal(await get('/', '192.0.2.1'), 200)
  list(edge, entry('deny', '192.0.2.1', { expires_at: new Date(0).toISOString() }))
  assert.equal(await get('/', '192.0.2.1'), 200)
})

test('safe_blocking refuses attacks from gray-listed clients only', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'safe_blocking' },
  })
  assert.equal((await fetch(edge.url + attack)).status, 200)
  list(edge, entry('gray', '127.0.0.1'))
  assert.equal((await fetch(edge.url + attack)).status, 403)
  assert.equal((await fetch(edge.url)).status, 200)
  assert.deepEqual(
    edge.hits().map((hit) => hit.action),
    ['monitored', 'blocked'],
  )
})

test('a rate limit answers with its status and Retry-After; an allowed client has none; other workers count as well', async () => {
  await using upstream = await startUpstream()
  const limit = { name: 'slow', rate: '6/m', burst: 2, status: 429 }
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    policy: { rate_limits: [limit] },
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await fetch(edge.url)).status)
  assert.deepEqual(statuses, [200, 200, 200, 429])
  const answer = await fetch(edge.url)
  assert.ok(Number(answer.headers.get('retry-after')) >= 1)
  assert.match(await answer.text(), /Too many requests/)
  assert.deepEqual(kinds(edge)[0], ['rate_limit', 'refused', '429'])
  assert.match(edge.hits()[0]?.reason ?? '', /More than 6 a minute .*slow/)
  assert.equal(edge.report().sites['test']?.errors, 0)
  list(edge, entry('allow', '127.0.0.1'))
  assert.equal((await fetch(edge.url)).status, 200)

  await using other = await startTestEdge({
    upstreams: [upstream.url],
    policy: { rate_limits: [limit] },
  })
  other.edge.mergeRates([['slow  127.0.0.1', 3, 10_000]])
  assert.equal((await fetch(other.url)).status, 429)
})

test('a limit by session counts the session, however its cookie is written, and all sessions of a client together', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    policy: { rate_limits: [{ name: 'slow', rate: '6/h', burst: 1, key: 'session', status: 429 }] },
  })
  const get = async (cookie: string) => (await fetch(edge.url, { headers: { cookie } })).status
  const same = [
    'PHPSESSID=a',
    'sid=1; PHPSESSID=a',
    ' PHPSESSID= a ; PHPSESSID=b',
    'sid=2;phpsessid=a',
  ]
  const statuses: number[] = []
  for (const cookie of same) statuses.push(await get(cookie))
  assert.deepEqual(statuses, [200, 200, 429, 429])
  let passed = 0
  for (let at = 0; at < 25; at++) if ((await get(`PHPSESSID=new${at}`)) === 200) passed++
  assert.equal(passed, 18, 'ten times two, less the two above')
  assert.match(edge.hits().at(-1)?.reason ?? '', /More than 1 a minute with 19 at once .*slow/)
})

test('addresses of one IPv6 /64 are one client for limits', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    policy: { rate_limits: [{ name: 'slow', rate: '6/h', burst: 1, status: 429 }] },
    settings: { trusted_proxies: ['127.0.0.1'] },
  })
  const get = async (client: string) =>
    (await fetch(edge.url, { headers: { 'x-forwarded-for': client } })).status
  const clients = ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::3', '2001:db8:0:1::1']
  const statuses: number[] = []
  for (const client of clients) statuses.push(await get(client))
  assert.deepEqual(statuses, [200, 200, 429, 200])
})

test('what the policy masks is masked in hits and samples', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    policy: { masks: [{ name: 'diagnosis' }] },
  })
  await fetch(`${edge.url}/?diagnosis=influenza&f=/etc/passwd`)
  await fetch(`${edge.url}/?Diagnosis=influenza`)
  const text = JSON.stringify([edge.hits(), edge.samples()])
  assert.equal(edge.hits().length, 1)
  assert.equal(edge.samples().length, 1)
  assert.ok(!text.includes('influenza'), text)
})
