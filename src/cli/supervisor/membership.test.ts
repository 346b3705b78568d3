import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import { testClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import { readX509 } from '#parts/identity/certificates/names.ts'
import { writeIdentity } from '#parts/identity/node-identity.ts'
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

test('connections for records are made anew when somebody is cut off, and never to who was', async () => {
  const member = await openMembership(settings, world)
  const { node_id, certificate } = member.identity
  const shown = { raw: readX509(certificate)?.raw } as PeerCertificate
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
  const { identity } = await openMembership(settings, world)
  const state_dir = join(dir, 'second')
  writeIdentity(identityDir(state_dir), { ...identity, roles: ['edge', 'analytics'] })
  const joined = Settings.parse({ node: 'gate-1', state_dir })
  await assert.rejects(openMembership(joined, world), { code: 'supervisor.own_records' })
})
