import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { jsonLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import { clusterPort } from '#parts/identity/identity.support.ts'
import {
  expiresAt,
  knownServers,
  readIdentity,
  writeIdentity,
} from '#parts/identity/node-identity.ts'
import {
  closedPorts,
  clusterAddress,
  demandSharedRecords,
  identityDir,
  keepTopology,
  prepareIdentity,
  renewIdentity,
  toldIntake,
} from './cluster.ts'
import { Settings } from './settings.ts'

const day_ms = 86_400_000
const root = mkdtempSync(join(tmpdir(), 'gatehouse-cluster-'))
after(() => rmSync(root, { recursive: true }))

function machine(name: string, more: object = {}, at_ms = Date.now()) {
  const lines: string[] = []
  const clock = testClock(at_ms)
  const log = jsonLog('event', (line) => lines.push(line))
  const stop = new AbortController().signal
  const world: World = { clock, log, metrics: prometheusMetrics(), stop }
  const settings = Settings.parse({ node: name, state_dir: join(root, name), ...more })
  const told = () => lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>)
  return { clock, world, settings, told }
}

test('the first start founds a cluster, the next one finds it', async () => {
  const { world, settings, told } = machine('gate-1')
  const first = await prepareIdentity(settings, world)
  assert.equal(first.is_new, true)
  assert.deepEqual(first.identity.roles, ['edge', 'analytics', 'policy'])
  assert.deepEqual(first.identity.policy_servers, ['127.0.0.1:12346'])
  assert.deepEqual(first.identity.analytics, ['127.0.0.1:3313'])
  const [founded] = told()
  assert.deepEqual(
    [founded?.['event'], founded?.['pin']],
    ['cluster.founded', first.authority?.pin],
  )
  mkdtempSync(join(settings.state_dir, 'identity.new-'))
  const second = await prepareIdentity(settings, world)
  assert.deepEqual(second.identity, first.identity)
  assert.deepEqual([second.is_new, second.authority?.pin], [false, first.authority?.pin])
  assert.deepEqual(readdirSync(settings.state_dir), ['identity'])
  assert.deepEqual(told(), [])
})

test('where others find it follows the settings', async () => {
  const { world, settings } = machine('gate-2')
  const { identity } = await prepareIdentity(settings, world)
  const open = { cluster: { listen: '*:4000', address: 'gate-2.example' } }
  const moved = machine('gate-2', { ...open, analytics: { listen: '10.0.0.1:3313' } })
  const now = await prepareIdentity(moved.settings, moved.world)
  assert.equal(now.identity.node_id, identity.node_id)
  assert.deepEqual(now.identity.policy_servers, ['gate-2.example:4000'])
  assert.deepEqual(now.identity.analytics, ['gate-2.example:3313'])
  assert.deepEqual(readIdentity(identityDir(settings.state_dir)), now.identity)
  const address = (cluster: object) => clusterAddress(Settings.parse({ cluster }))
  assert.equal(address({ listen: '*:12346' }), `${hostname()}:12346`)
  assert.equal(address({ listen: '[2001:db8::1]:12346' }), '[2001:db8::1]:12346')
  assert.equal(address({ address: 'gate-2.example' }), '127.0.0.1:12346')
  const closed = ['cluster.listen (127.0.0.1:12346)', 'analytics.listen (127.0.0.1:3313)']
  assert.deepEqual([closedPorts(settings), closedPorts(moved.settings)], [closed, []])
})

test('a node that joined to take records starts only on the database of its policy server', async () => {
  const { world, settings } = machine('gate-7')
  const { identity } = await prepareIdentity(settings, world)
  const joined = { ...identity, roles: ['edge' as const, 'analytics' as const] }
  const refused = { code: 'supervisor.own_records', message: /set database: to the PostgreSQL/ }
  assert.throws(() => demandSharedRecords(joined, settings), refused)
  demandSharedRecords(identity, settings)
  demandSharedRecords({ ...joined, roles: ['edge'] }, settings)
  const shared = machine('gate-7', { database: 'postgresql://gatehouse@db.example/gatehouse' })
  demandSharedRecords(joined, shared.settings)
  assert.equal(toldIntake(settings), undefined)
  const open = machine('gate-7', {
    cluster: { address: 'a.example' },
    analytics: { listen: '*:9' },
  })
  assert.equal(toldIntake(open.settings), 'a.example:9')
})

test('a policy server renews its own certificate at start, even long after its end', async () => {
  const { world, settings, clock, told } = machine('gate-3')
  const { identity } = await prepareIdentity(settings, world)
  await clock.advance(90 * day_ms)
  told()
  const renewed = await prepareIdentity(settings, world)
  assert.notEqual(renewed.identity.key, identity.key)
  assert.equal(expiresAt(renewed.identity), Math.floor(clock.now() / 1000) * 1000 + 30 * day_ms)
  assert.deepEqual(
    told().map((line) => line['event']),
    ['certificate.renewed'],
  )
})

test('a start with a clock that is wrong founds nothing, and leaves what was founded in use', async () => {
  const early = machine('gate-6', {}, 0)
  await assert.rejects(prepareIdentity(early.settings, early.world), {
    code: 'identity.clock_wrong',
  })
  const right = machine('gate-6')
  const { identity } = await prepareIdentity(right.settings, right.world)
  const behind = await prepareIdentity(early.settings, early.world)
  assert.deepEqual(behind.identity, identity)
  assert.equal(early.told()[0]?.['code'], 'identity.clock_wrong')
  const late = machine('gate-6', {}, Date.now() + 3_000 * day_ms)
  const ahead = await prepareIdentity(late.settings, late.world)
  assert.notEqual(ahead.identity.certificate, identity.certificate)
  const again = await prepareIdentity(right.settings, right.world)
  assert.ok(expiresAt(again.identity) <= right.clock.now() + 30 * day_ms)
})

test('a node whose certificate has ended starts nevertheless, and says what to do', async () => {
  const first = machine('gate-4')
  const { identity, authority } = await prepareIdentity(first.settings, first.world)
  const edge = machine('edge-4')
  // What a join leaves on disk: an identity without the authority's keys.
  writeIdentity(identityDir(edge.settings.state_dir), { ...identity, roles: ['edge'] })
  await edge.clock.advance(31 * day_ms)
  const prepared = await prepareIdentity(edge.settings, edge.world)
  assert.equal(prepared.authority, undefined)
  const [line] = edge.told()
  assert.deepEqual([line?.['event'], line?.['code']], ['certificate.expired', 'identity.expired'])
  assert.match(String(line?.['next']), /--leave/)
  assert.ok(authority)
})

test('a renewed certificate is written down, and what became known meanwhile stays', async () => {
  const { world, settings, clock, told } = machine('gate-5')
  const { identity, authority } = await prepareIdentity(settings, world)
  const { state_dir } = settings
  const topology = { policy_servers: ['a.example:12346', 'b.example:12346'], analytics: [] }
  await using port = await clusterPort(identity, async ({ body }) => {
    keepTopology(state_dir, { ...identity, roles: ['edge'] }, topology, 'c.example:12346')
    const now_ms = clock.now() + day_ms
    const certificate = await authority?.issue(String(body['csr']), identity, now_ms)
    return { status: 200, body: { certificate, ca: identity.ca } }
  })
  told()
  const renewed = await renewIdentity(state_dir, identity, port.address, world)
  assert.deepEqual(readIdentity(identityDir(state_dir)), renewed)
  assert.deepEqual(renewed.policy_servers, topology.policy_servers)
  const joined = { ...renewed, joined_at_server: 'd.example:12346' }
  assert.deepEqual(knownServers(joined), [
    ...['c.example:12346', 'd.example:12346', 'a.example:12346', 'b.example:12346'],
  ])
  assert.ok(
    !new X509Certificate(renewed.certificate).raw.equals(
      new X509Certificate(identity.certificate).raw,
    ),
  )
  assert.equal(told()[0]?.['event'], 'certificate.renewed')
  // What others told a policy server never becomes what it tells others.
  const own = { ...renewed, roles: identity.roles }
  const more = { ...topology, analytics: ['203.0.113.9:3313'] }
  assert.deepEqual(keepTopology(state_dir, own, more, 'c.example:12346').analytics, more.analytics)
  assert.deepEqual(readIdentity(identityDir(state_dir)), renewed)
})
