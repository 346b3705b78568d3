import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { foundCluster, openAuthority } from './authority.ts'
import { certifiedNode } from './certificates/names.ts'
import { founder } from './identity.support.ts'
import {
  expiresAt,
  isRenewalDue,
  readIdentity,
  sweepIdentity,
  writeIdentity,
} from './node-identity.ts'
import { newRequest } from './requests.ts'

const day_ms = 86_400_000
const now_ms = Date.UTC(2026, 10, 20)
const root = mkdtempSync(join(tmpdir(), 'gatehouse-identity-'))
after(() => rmSync(root, { recursive: true }))
const home = join(root, 'home')
const { identity, authority } = await foundCluster(home, founder, now_ms)

/** A copy of the founder's directory to break. */
function copy(name: string): string {
  const dir = join(root, name)
  cpSync(home, dir, { recursive: true })
  return dir
}

function names(dir: string): string[] {
  return readdirSync(dir).map((name) => name.replace(/[0-9a-f]{16}/, 'HASH'))
}

test('a founded cluster is read back as it was made, and its secrets are their owner’s only', async () => {
  assert.deepEqual(readIdentity(home), identity)
  const opened = await openAuthority(home)
  assert.deepEqual([opened?.pin, opened?.ca], [authority.pin, identity.ca])
  assert.equal(opened?.signing.key_id, authority.signing.key_id)
  assert.match(authority.pin, /^sha256:[0-9a-f]{64}$/)
  assert.equal(statSync(home).mode & 0o777, 0o700)
  for (const name of readdirSync(home))
    assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name)
  assert.deepEqual(names(home), ['ca.key', 'node-HASH.key', 'node.json', 'signing.key'])
})

test('a certificate names node and cluster, lasts thirty days, and is due when a third is left', () => {
  const certificate = new X509Certificate(identity.certificate)
  assert.equal(certificate.subject, 'CN=gate-1')
  const own = `gatehouse:${identity.cluster_id}`
  assert.deepEqual(certificate.subjectAltName?.split(', '), [
    'DNS:gate-1',
    `URI:${own}/node/${identity.node_id}`,
    `URI:${own}/role/policy`,
    `URI:${own}/role/analytics`,
    `URI:${own}/signs/${authority.signing.key_id}`,
  ])
  assert.ok(certificate.verify(new X509Certificate(identity.ca).publicKey))
  assert.equal(expiresAt(identity), now_ms + 30 * day_ms)
  assert.equal(isRenewalDue(identity, now_ms + 19 * day_ms), false)
  assert.equal(isRenewalDue(identity, now_ms + 21 * day_ms), true)
  const authority_days = (new X509Certificate(identity.ca).validToDate.getTime() - now_ms) / day_ms
  assert.ok(authority_days > 3600 && authority_days < 3700)
})

test('only nodes that others connect to may act as servers, and only as what they are', async () => {
  const issued = async (roles: readonly ('edge' | 'policy' | 'analytics')[]) => {
    const { csr } = await newRequest('x')
    const node = { node_id: identity.node_id, name: 'edge-1', roles }
    const certificate = new X509Certificate(await authority.issue(csr, node, now_ms))
    const { serves, signing_key_ids } = certifiedNode(certificate) ?? {}
    return [certificate.keyUsage, serves, signing_key_ids]
  }
  const [server, client] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']
  const both = [server, client]
  assert.deepEqual(await issued(['edge']), [[client], [], []])
  assert.deepEqual(await issued(['edge', 'analytics']), [both, ['analytics'], []])
  assert.deepEqual(await issued(['policy']), [both, ['policy'], [authority.signing.key_id]])
})

test('a clock that is wrong for a moment leaves no certificate that nobody takes', async () => {
  const { csr } = await newRequest('x')
  const issue = (at_ms: number) => authority.issue(csr, identity, at_ms)
  const refused = { code: 'identity.clock_wrong', message: /1970-01-03/ }
  await assert.rejects(issue(2 * day_ms), refused)
  await assert.rejects(foundCluster(join(root, 'early'), founder, 2 * day_ms), refused)
  // Years ahead: what it makes is valid today, and is made again as soon as the clock is right.
  const ahead_ms = now_ms + 3_000 * day_ms
  const early = { ...identity, certificate: await issue(ahead_ms) }
  for (const pem of [early.certificate, early.ca])
    assert.equal(new X509Certificate(pem).validFromDate.getTime(), Date.UTC(2026, 0, 1))
  assert.equal(isRenewalDue(early, ahead_ms), false)
  assert.equal(isRenewalDue(early, now_ms), true)
  assert.equal(isRenewalDue(identity, 2 * day_ms), true)
  const far = await foundCluster(join(root, 'far'), founder, ahead_ms)
  assert.ok(new X509Certificate(far.identity.ca).validFromDate.getTime() < now_ms)
})

test('a certificate that does not say what its node serves as is made again', async () => {
  const { csr } = await newRequest('x')
  const unmarked = await authority.issue(csr, { ...identity, roles: ['edge'] }, now_ms)
  assert.equal(isRenewalDue({ ...identity, certificate: unmarked }, now_ms), true)
  assert.equal(isRenewalDue({ certificate: unmarked, roles: ['edge'] }, now_ms), false)
})

test('the authority signs nothing but a sound request, and takes no name from it', async () => {
  const node = { node_id: identity.node_id, name: 'edge-1', roles: ['edge'] as const }
  const { csr } = await newRequest('gate-1')
  const certificate = new X509Certificate(await authority.issue(csr, node, now_ms))
  assert.equal(certificate.subject, 'CN=edge-1')
  const flipped = csr.replace(
    /(.{20})(.)(.{5}\n-)/s,
    (_, a, b, c) => a + (b === 'A' ? 'B' : 'A') + c,
  )
  const refused = { code: 'identity.bad_request' }
  assert.notEqual(flipped, csr)
  await assert.rejects(authority.issue(flipped, node, now_ms), refused)
  await assert.rejects(authority.issue('garbage', node, now_ms), refused)
  await assert.rejects(authority.issue(csr, { ...node, name: 'a, URI:x' }, now_ms), refused)
})

test('no directory and an empty one are no identity', () => {
  assert.equal(readIdentity(join(root, 'nothing')), undefined)
  assert.equal(readIdentity(mkdtempSync(join(root, 'empty-'))), undefined)
})

test('an identity that is half there or broken is told with its file', async () => {
  const key_file = readdirSync(home).find((name) => name.startsWith('node-')) ?? ''
  const without = (name: string) => {
    const dir = copy(`without-${name}`)
    rmSync(join(dir, name))
    return dir
  }
  const incomplete = { code: 'identity.incomplete' }
  assert.throws(() => readIdentity(without(key_file)), incomplete)
  assert.throws(() => readIdentity(without('node.json')), incomplete)
  await assert.rejects(openAuthority(without('ca.key')), incomplete)
  await assert.rejects(openAuthority(without('signing.key')), incomplete)
  await assert.rejects(foundCluster(join(root, 'without-node.json'), founder, now_ms), incomplete)

  const broken = { code: 'identity.broken' }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const foreign = other.export({ type: 'pkcs8', format: 'pem' }).toString()
  const withFile = (name: string, text: string) => {
    const dir = copy(`with-${name}-${text.length}`)
    writeFileSync(join(dir, name), text)
    return dir
  }
  assert.throws(() => readIdentity(withFile(key_file, foreign)), broken)
  assert.throws(() => readIdentity(withFile('node.json', '{"format":1')), broken)
  assert.throws(() => readIdentity(withFile('node.json', '{"format":2}')), broken)
  await assert.rejects(openAuthority(withFile('ca.key', foreign)), broken)
  await assert.rejects(openAuthority(withFile('signing.key', foreign)), broken)
})

test('two who found a cluster in one directory at once get the same cluster', async () => {
  const dir = join(root, 'race')
  const both = await Promise.all([1, 2].map(() => foundCluster(dir, founder, now_ms)))
  assert.deepEqual(both.map((made) => made.is_new).sort(), [false, true])
  assert.deepEqual(both[0]?.identity, both[1]?.identity)
  assert.equal(both[0]?.authority.pin, both[1]?.authority.pin)
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('race')),
    ['race'],
  )
})

test('a new certificate replaces the old identity as a whole, and leaves the authority alone', async () => {
  const dir = copy('renewed')
  const { csr, key } = await newRequest(identity.name)
  const later_ms = now_ms + 21 * day_ms
  const renewed = { ...identity, key, certificate: await authority.issue(csr, identity, later_ms) }
  // What a write that was killed before the end left behind is no hindrance.
  writeFileSync(join(dir, 'node.json.new'), '{"half')
  writeFileSync(join(dir, 'node-0123456789abcdef.key'), 'left over')
  assert.deepEqual(readIdentity(dir), identity)
  writeIdentity(dir, renewed)
  assert.deepEqual(readIdentity(dir), renewed)
  assert.deepEqual(names(dir), ['ca.key', 'node-HASH.key', 'node.json', 'signing.key'])
  assert.equal((await openAuthority(dir))?.pin, authority.pin)
})

test('what a killed founding left behind is swept, and nothing else', () => {
  const left = mkdtempSync(join(root, 'home.new-'))
  sweepIdentity(home)
  assert.equal(readdirSync(root).includes(left), false)
  assert.deepEqual(readIdentity(home), identity)
})

test('a directory that cannot be written is told', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  chmodSync(file, 0o600)
  assert.throws(() => writeIdentity(join(file, 'identity'), identity), {
    code: 'identity.unwritable',
  })
})
