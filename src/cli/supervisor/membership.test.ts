import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import { testClock } from '#base/clock.ts'
import { jsonLog, silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import { expiresAt, readIdentity, writeIdentity } from '#parts/identity/node-identity.ts'
import { identityDir } from '../cluster.ts'
import { Settings } from '../settings.ts'
import { openMembership } from './membership.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-membership-'))
after(() => rmSync(dir, { recursive: true }))
const world: World = {
  clock: testClock(Date.now()),
  log: silentLog,
  metrics: prometheusMetrics(),
  stop: new AbortController().signal,
}
const settings = Settings.parse({ node: 'gate-1', state_dir: dir })

test('a policy server renews its own certificate while it runs, without a line to anybody', async () => {
  using first = await openMembership(settings, world)
  // Half a minute before a third of its life is left.
  const clock = testClock(expiresAt(first.identity) - 10 * 86_400_000 - 30_000)
  using member = await openMembership(settings, { ...world, clock })
  const [before, tls] = [member.identity.certificate, member.tls()]
  assert.equal(before, first.identity.certificate)
  const told = { policy_servers: ['a.example:1'], analytics: ['b.example:1'] }
  member.learn(told, 'a.example:1')
  await clock.advance(60_000)
  // Making keys is work of other threads.
  while (member.identity.certificate === before) await new Promise((done) => setImmediate(done))
  assert.ok(expiresAt(member.identity) > expiresAt(first.identity))
  assert.notEqual(member.tls(), tls)
  const kept = readIdentity(identityDir(dir))
  assert.equal(kept?.certificate, member.identity.certificate)
  // What it tells others never comes from others.
  assert.deepEqual(kept?.analytics, first.identity.analytics)
  assert.deepEqual(member.identity.analytics, told.analytics)
})

test('connections for records are made anew when somebody is cut off, and never to who was', async () => {
  using member = await openMembership(settings, world)
  const { node_id, certificate } = member.identity
  const shown = { raw: new X509Certificate(certificate).raw } as PeerCertificate
  const tls = member.tls()
  assert.equal(tls.checkServerIdentity?.('gate-1', shown), undefined)
  member.cutOff([])
  assert.equal(member.tls(), tls)
  member.cutOff([node_id])
  const careful = member.tls()
  assert.notEqual(careful, tls)
  assert.match(String(careful.checkServerIdentity?.('gate-1', shown)), /which was cut off/)
  member.cutOff([node_id])
  assert.equal(member.tls(), careful)
})

test('a node that takes records into a database of its own does not start', async () => {
  using first = await openMembership(settings, world)
  const { identity } = first
  const state_dir = join(dir, 'second')
  writeIdentity(identityDir(state_dir), { ...identity, roles: ['edge', 'analytics'] })
  const joined = Settings.parse({ node: 'gate-1', state_dir })
  await assert.rejects(openMembership(joined, world), { code: 'supervisor.own_records' })
  const database = 'postgresql://gatehouse@db.example/gatehouse'
  const lines: string[] = []
  const log = jsonLog('event', (line) => lines.push(line))
  using closed = await openMembership({ ...joined, database }, { ...world, log })
  assert.equal(closed.intake, undefined)
  assert.match(lines.join(), /supervisor.closed_intake/)
  const analytics = { ...joined.analytics, listen: '*:3313' }
  const cluster = { ...joined.cluster, address: 'edge-2.example' }
  using open = await openMembership({ ...joined, database, analytics, cluster }, world)
  assert.equal(open.intake, 'edge-2.example:3313')
})
