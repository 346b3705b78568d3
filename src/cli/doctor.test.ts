/** Each check of the doctor in a world that is broken in one place. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemClock, testClock } from '#base/clock.ts'
import { NodeStatus } from '#model/node.ts'
import type { NodeView } from '#model/node-view.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { selfSigned } from '#parts/identity/certificates.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import type { Check, Finding, Patient } from './doctor/finding.ts'
import { checks, examine } from './doctor.ts'
import { Settings } from './settings.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-doctor-'))
const state_dir = join(dir, 'state')
const server = createServer((_request, response) => void response.end())
let identity: NodeIdentity
/** A port on which somebody listens. */
let taken = 0

before(async () => {
  const founder = {
    ...{ name: 'a', roles: ['edge' as const, 'analytics' as const, 'policy' as const] },
    ...{ policy_servers: ['127.0.0.1:1'], analytics: ['127.0.0.1:1'] },
  }
  mkdirSync(state_dir, { mode: 0o700 })
  const made = await foundCluster(join(state_dir, 'identity'), founder, systemClock.now())
  identity = made.identity
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  taken = (server.address() as AddressInfo).port
})
after(() => {
  server.close()
  rmSync(dir, { recursive: true })
})

const status = NodeStatus.parse({
  ...{ node: 'a', version: '0.1.0', startid: 'x', timestamp: '2026-11-20T12:00:00.000Z' },
  ...{ started_at: '2026-11-20T12:00:00.000Z', requests: 1, attacks: 0, blocked: 0, abnormal: 0 },
  ...{ faults: 0, overlimits_time: 0, deferred: 0, lost: 0, time_detect: 0, bytes_in: 0 },
  ...{ bytes_out: 0, upstream_errors: 0, bundle: '3-00000000', revision: 3, rule_set: 'OWN/1' },
  ...{ rules: 1, bundle_applied_at: '2026-11-20T12:00:00.000Z', upstreams: [], split: [] },
  workers: [
    { pid: process.pid, index: 0, state: 'ready', rss_bytes: 1, restarts: 0, bundle: '3-00000000' },
  ],
  agent: { connected_to: '127.0.0.1:12346', committing: 'stable', trouble: null },
})

function node(change: Partial<NodeView>): NodeView {
  return {
    ...{ id: identity.node_id, name: 'a', group: '', roles: ['edge'], address: '', protocol: 1 },
    ...{ version: '0.1.0', sync_status: 'in_sync', connection_status: 'connected' },
    ...{ committing_status: 'stable', replication_status: 'none', last_connection_at: null },
    ...{ joined_at: '', certificate_expires_at: '', bundle: '', revision: 3, took_ms: null },
    ...{ refusal: null, lists_revision: 0, clock_skew_ms: 0, requests_per_s: 0, blocked_per_s: 0 },
    ...change,
  }
}

async function told(
  check: Check,
  change: Partial<Patient> & { readonly settings?: Settings } = {},
): Promise<readonly Finding[]> {
  return check({
    ...{ file: join(dir, 'gatehouse.yaml'), problems: [], status: undefined, nodes: [], identity },
    ...{ identity_trouble: undefined, now_ms: systemClock.now(), settings: settings({}) },
    ...{ signal: AbortSignal.timeout(5000), ...change },
  })
}

const settings = (change: object): Settings => Settings.parse({ state_dir, ...change })

/** What must be told: its level, and words of its sentence. */
function says(found: readonly Finding[], level: Finding['level'], words: RegExp): void {
  const one = found.find((finding) => words.test(finding.sentence))
  assert.ok(one, `${words} is not in ${JSON.stringify(found)}`)
  assert.equal(one.level, level, one.sentence)
  if (level !== 'ok') assert.ok(one.fix, `no fix for: ${one.sentence}`)
}

const site = (url: string) => ({ name: 'shop', hosts: ['shop.example'], upstreams: [{ url }] })

test('settings and running: a file that is broken, a Gatehouse that is down, workers that die', async () => {
  const problems = [{ file: 'g.yaml', line: 3, column: 7, path: 'edge.workers', message: 'no' }]
  says(await told(checks.settings, { problems }), 'critical', /g\.yaml:3:7: edge\.workers: no/)
  says(await told(checks.settings), 'ok', /holds/)
  says(await told(checks.running), 'warning', /not running/)
  says(await told(checks.running, { status }), 'ok', /1 workers? ready/)
  const [worker] = status.workers
  assert.ok(worker)
  const workers = [{ ...worker, state: 'starting' as const, restarts: 9 }]
  const down = await told(checks.running, { status: { ...status, workers } })
  says(down, 'critical', /no edge worker takes requests/)
  says(down, 'warning', /restarted 9 times/)
})

test('policy: none yet, refused, behind', async () => {
  const none = { ...status, bundle: '', revision: 0 }
  says(await told(checks.policy, { status: none }), 'critical', /no policy has arrived/)
  const refusal = { code: 'waf.bad_rule', message: 'Cannot compile rule 7' }
  const refused = { status, nodes: [node({ refusal, sync_status: 'refused' })] }
  says(await told(checks.policy, refused), 'critical', /refused here: Cannot compile rule 7/)
  const behind = { status, nodes: [node({ sync_status: 'behind' })] }
  says(await told(checks.policy, behind), 'warning', /not the newest/)
  says(await told(checks.policy, { status, nodes: [node({})] }), 'ok', /3-00000000 is in force/)
})

test('cluster: an identity that is broken, no policy server, a revoked node, nodes away or of another version', async () => {
  const identity_trouble = 'Cannot use identity: key is missing'
  says(await told(checks.cluster, { identity_trouble }), 'critical', /key is missing/)
  const agent = { connected_to: null, committing: 'stable' as const, trouble: 'refused' }
  const away = await told(checks.cluster, { status: { ...status, agent }, nodes: [node({})] })
  says(away, 'warning', /no connection to a policy server/)
  const revoked = { status, nodes: [node({ connection_status: 'revoked' })] }
  says(await told(checks.cluster, revoked), 'critical', /was revoked/)
  const other = node({ id: 'b', name: 'b', version: '0.2.0', connection_status: 'inactive' })
  const mixed = await told(checks.cluster, { status, nodes: [node({}), other] })
  says(mixed, 'warning', /b has not been heard of/)
  says(mixed, 'warning', /0\.1\.0: a; 0\.2\.0: b/)
})

test('peers, ports and upstreams: who does not answer, and who has our port', async () => {
  const far = { ...identity, roles: ['edge' as const] }
  const lonely = await told(checks.peers, { identity: far, status })
  says(lonely, 'warning', /policy server 127\.0\.0\.1:1 is out of reach/)
  says(lonely, 'warning', /analytics 127\.0\.0\.1:1 is out of reach/)
  const edge = { listen: [{ address: `127.0.0.1:${taken}` }], admin: '127.0.0.8:1' }
  const mine = { identity: far, settings: settings({ edge }) }
  says(await told(checks.ports, mine), 'critical', new RegExp(`:${taken} .*EADDRINUSE`))
  const silent = await told(checks.ports, { ...mine, status })
  says(silent, 'critical', /nothing of ours answers on 127\.0\.0\.8:1/)
  const ask = (url: string) =>
    told(checks.upstreams, { settings: settings({ sites: [site(url)] }) })
  says(await ask('http://127.0.0.1:1'), 'critical', /ECONNREFUSED/)
  says(await ask(`http://127.0.0.1:${taken}`), 'ok', /answers/)
  says(await ask(`https://127.0.0.1:${taken}`), 'warning', /certificate of https/)
})

test('clock: one that is minutes off', async () => {
  const off = (clock_skew_ms: number) => told(checks.clock, { nodes: [node({ clock_skew_ms })] })
  says(await off(-600_000), 'critical', /600\.0 s behind/)
  says(await off(3000), 'warning', /3\.0 s ahead of/)
})

test('certificates: ended, about to end, of another key, no certificate at all', async () => {
  const now_ms = systemClock.now()
  const [pair, other] = await Promise.all([
    selfSigned(['shop.example'], now_ms),
    selfSigned(['shop.example'], now_ms),
  ])
  const at = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 })
    return join(dir, name)
  }
  const cert = at('cert.pem', pair.cert)
  const look = (key: string, more: Partial<Patient> = {}, named = cert) => {
    const edge = { certificates: [{ cert: named, key }] }
    return told(checks.certificates, { settings: settings({ edge }), ...more })
  }
  says(await look(at('key.pem', pair.key)), 'ok', /certificates hold/)
  says(await look(at('other.pem', other.key)), 'critical', /belongs to another certificate/)
  says(await look(join(dir, 'none.pem')), 'critical', /cannot be read/)
  says(await look(cert, {}, at('text.pem', 'no PEM')), 'critical', /is none/)
  const later = await look(join(dir, 'key.pem'), { now_ms: now_ms + 26 * 86_400_000 })
  says(later, 'warning', /certificate of this node ends in/)
  const too_late = await look(join(dir, 'key.pem'), { now_ms: now_ms + 40 * 86_400_000 })
  says(too_late, 'critical', /certificate of this node ended 10 days ago/)
})

test('secrets: keys and settings with a password that others may read', async () => {
  says(await told(checks.secrets), 'ok', /closed to others/)
  const key = join(state_dir, 'identity/ca.key')
  chmodSync(key, 0o644)
  says(await told(checks.secrets), 'critical', /ca\.key is open to others \(mode 644\)/)
  chmodSync(key, 0o640)
  says(await told(checks.secrets), 'warning', /ca\.key/)
  chmodSync(key, 0o600)
  writeFileSync(join(dir, 'gatehouse.yaml'), '', { mode: 0o644 })
  const database = 'postgresql://me:secret@db.example/gatehouse'
  const found = await told(checks.secrets, { settings: settings({ database }) })
  says(found, 'critical', /gatehouse\.yaml is open/)
})

test('disk, limits, database, records and rules', async () => {
  assert.equal((await told(checks.disk)).length > 0, true)
  const edge = { limits: { connections: 900_000_000 } }
  says(await told(checks.limits, { settings: settings({ edge }) }), 'warning', /may open/)
  const database = 'postgresql://me@127.0.0.1:1/gatehouse'
  says(await told(checks.database, { settings: settings({ database }) }), 'warning', /out of reach/)
  says(await told(checks.database, { status }), 'critical', /the API does not answer/)
  const lossy = { ...status, lost: 3, delivery_trouble: 'Cannot deliver records' }
  const records = await told(checks.records, { status: lossy })
  says(records, 'critical', /3 records were lost/)
  says(records, 'warning', /Cannot deliver/)
  const none = settings({ rules: { set: join(dir, 'none') } })
  says(await told(checks.rules, { settings: none }), 'critical', /none/)
  mkdirSync(join(dir, 'set/rules'), { recursive: true })
  for (const name of ['set/crs-setup.conf', 'set/rules/a.conf'])
    writeFileSync(join(dir, name), '#\n')
  const old = { settings: settings({ rules: { set: join(dir, 'set') } }) }
  const now_ms = systemClock.now() + 600 * 86_400_000
  says(await told(checks.rules, { ...old, now_ms }), 'warning', /600 days old/)
  says(await told(checks.rules, old), 'ok', /old/)
})

test('a check that hangs or fails is a finding, and the others are told all the same', async () => {
  const clock = testClock()
  const table = {
    slow: () => new Promise<never>(() => {}),
    broken: async () => {
      throw new Error('no such thing')
    },
    fine: async () => [{ level: 'ok' as const, sentence: 'fine' }],
  }
  const patient = { file: '', problems: [], status: undefined, nodes: [], identity: undefined }
  const more = { identity_trouble: undefined, now_ms: 0, settings: settings({}) }
  const done = examine({ ...patient, ...more }, table, { timeout_ms: 5000, clock })
  await new Promise(setImmediate)
  await clock.advance(5000)
  const found = await done
  assert.deepEqual(
    found.map(({ check, level }) => [check, level]),
    [
      ['slow', 'warning'],
      ['broken', 'critical'],
      ['fine', 'ok'],
    ],
  )
})
