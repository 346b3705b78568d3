import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { upsertNode } from '#parts/records/cluster-nodes.ts'
import { type Login, type TestPolicy, testPolicy } from '../policy.support.ts'

let site: TestPolicy
let anna: Login
before(async () => {
  site = await testPolicy()
  await upsertNode(site.database, {
    id: '0192e4a0-0000-7000-8000-00000000000e',
    name: 'edge-1',
    roles: ['edge'],
    group: '',
    address: '192.0.2.7:12346',
    version: '1',
    protocol: 1,
    joined_at: '2026-11-20T12:00:00.000Z',
    certificate_expires_at: '2126-11-20T12:00:00.000Z',
  })
  await site.addUser('anna', 'administrator')
  anna = await site.login('anna')
})
after(() => site[Symbol.asyncDispose]())

const ask = async (key: string, json?: unknown) => {
  const { status, json: answer } = await site.ask(key, { as: anna, ...(json ? { json } : {}) })
  return { status, answer: answer as Record<string, unknown> }
}
const listed = async (query = '') => {
  const { answer } = await ask(`GET /api/v1/lists${query}`)
  return (answer['items'] as { network: string }[]).map((entry) => entry.network)
}

test('an address is banned, found, and let in again; nodes and the activity log are told', async () => {
  const added = await ask('POST /api/v1/lists', { kind: 'deny', network: '::ffff:203.0.113.9' })
  assert.deepEqual(
    [added.status, added.answer['network'], added.answer['created_by'], added.answer['origin']],
    [200, '203.0.113.9', 'anna', 'operator'],
  )
  assert.deepEqual(await listed('?q=203.0.113.0/24'), ['203.0.113.9'])
  assert.deepEqual(await listed('?kind=allow'), [])
  const { id } = added.answer
  assert.equal((await ask(`DELETE /api/v1/lists/${id}`)).status, 204)
  assert.equal((await ask(`DELETE /api/v1/lists/${id}`)).status, 404)
  assert.deepEqual(await listed(), [])
  assert.deepEqual(await listed('?is_history=true'), ['203.0.113.9'])
  assert.deepEqual(site.cluster.nudges, ['lists', 'lists'])
  const { answer } = await ask('GET /api/v1/activity')
  const said = (answer['items'] as { action: string; subject: string }[]).map(
    ({ action, subject }) => `${action} ${subject}`,
  )
  assert.deepEqual(said.slice(0, 2), [
    'lists.remove deny 203.0.113.9',
    'lists.add deny 203.0.113.9',
  ])
})

test('a site that the policy lacks is told: such an entry would keep nobody out', async () => {
  const entry = { kind: 'deny', network: '203.0.113.9', site: 'shoop' }
  const { status, answer } = await ask('POST /api/v1/lists', entry)
  assert.deepEqual([status, answer['code']], [400, 'policy.no_site'])
  const file = await ask('PUT /api/v1/lists', { entries: [{ ...entry, reason: '' }] })
  const [first] = file.answer['errors'] as { path: string }[]
  assert.equal(first?.path, 'body.entries.0.site')
})

test('what would lock the wrong ones out is refused in words', async () => {
  for (const [network, status, code] of [
    ['example.com', 400, 'records.no_network'],
    ['203.0.113.9/24', 400, 'records.host_bits'],
    ['0.0.0.0/0', 400, 'records.too_wide'],
    ['192.0.2.0/24', 409, 'records.protected_network'],
    ['127.0.0.1', 409, 'records.protected_network'],
  ] as const) {
    const { status: got, answer } = await ask('POST /api/v1/lists', { kind: 'deny', network })
    assert.deepEqual([got, answer['code']], [status, code], network)
  }
  assert.equal(
    (await ask('POST /api/v1/lists', { kind: 'allow', network: '127.0.0.1' })).status,
    200,
  )
})

test('a file replaces what it said before, or nothing when a part of it is wrong', async () => {
  const replace = (...entries: object[]) => ask('PUT /api/v1/lists', { entries })
  const [a, b] = [
    { kind: 'deny', network: '198.51.100.1' },
    { kind: 'gray', network: '198.51.100.2', site: 'shop' },
  ]
  assert.deepEqual((await replace(a, b)).answer, { added: 2, removed: 0 })
  const wrong = await replace(
    a,
    { ...b, network: 'nonsense' },
    { kind: 'deny', network: '0.0.0.0/0' },
    a,
  )
  assert.equal(wrong.status, 400)
  const paths = (wrong.answer['errors'] as { path: string }[]).map(({ path }) => path)
  assert.deepEqual(paths, ['body.entries.1.network', 'body.entries.2.network', 'body.entries.3'])
  const nudges = site.cluster.nudges.length
  assert.deepEqual((await replace(a, b)).answer, { added: 0, removed: 0 })
  assert.equal(site.cluster.nudges.length, nudges)
  assert.deepEqual((await replace()).answer, { added: 0, removed: 2 })
})
