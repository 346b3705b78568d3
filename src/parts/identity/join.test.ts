import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { systemClock, testClock } from '#base/clock.ts'
import type { NodeRole } from '#model/node-role.ts'
import { foundCluster } from './authority.ts'
import { clusterPort, founder, joined_id, joinReply } from './identity.support.ts'
import { joinCluster } from './join.ts'
import { clientTls } from './mutual-tls.ts'
import { type NodeIdentity, readIdentity, writeIdentity } from './node-identity.ts'
import { renewCertificate } from './renew.ts'
import { newRequest } from './requests.ts'
import { revocations } from './revocations.ts'

const day_ms = 86_400_000
const now_ms = systemClock.now()
const root = mkdtempSync(join(tmpdir(), 'gatehouse-join-'))
after(() => rmSync(root, { recursive: true }))
const { identity, authority } = await foundCluster(join(root, 'ours'), founder, now_ms)
const other = await foundCluster(join(root, 'other'), founder, now_ms)
const token = 'a-token-that-works-once'

function joining(server: string, pin = authority.pin) {
  return { server, pin, token, name: 'edge-2', version: '0.1.0' }
}

/** A certificate of the founder that was issued at another time. */
async function issuedAt(at_ms: number): Promise<NodeIdentity> {
  const { csr, key } = await newRequest(identity.name)
  return { ...identity, key, certificate: await authority.issue(csr, identity, at_ms) }
}

/** An edge that joined, as `joinCluster` got it. */
async function joinedEdge(): Promise<NodeIdentity> {
  await using port = await clusterPort(identity, ({ body }) =>
    joinReply(authority, identity, body, now_ms),
  )
  const { answer, key } = await joinCluster(joining(port.address))
  return { ...answer, key }
}

test('a node with the right pin joins, and its key never leaves it', async () => {
  await using port = await clusterPort(identity, ({ body }) =>
    joinReply(authority, identity, body, now_ms),
  )
  const { answer, key, address } = await joinCluster(joining(port.address))
  assert.deepEqual([answer.node_id, answer.name, answer.group], [joined_id, 'edge-2', 'berlin'])
  assert.equal(address, '127.0.0.1')
  const dir = join(root, 'joined')
  writeIdentity(dir, { ...answer, key })
  assert.equal(readIdentity(dir)?.cluster_id, identity.cluster_id)
  assert.equal(port.asked.length, 1)
  const sent = JSON.stringify(port.asked)
  assert.deepEqual([port.asked[0]?.path, port.asked[0]?.node], ['/v1/join', undefined])
  assert.equal(port.asked[0]?.body['token'], token)
  assert.ok(!sent.includes('PRIVATE') && !sent.includes(key.split('\n')[1] ?? '?'))
})

test('nothing is sent to a server whose cluster has another pin', async () => {
  await using port = await clusterPort(identity, () => ({ status: 500, body: {} }))
  await assert.rejects(joinCluster(joining(port.address, other.authority.pin)), (error: Error) => {
    assert.ok('code' in error && error.code === 'identity.wrong_pin')
    assert.ok(error.message.includes(authority.pin) && error.message.includes(other.authority.pin))
    return true
  })
  assert.equal(port.asked.length, 0)
})

test('nothing is sent to a server that shows our authority but a certificate of its own', async () => {
  const stranger = { ...other.identity, ca: identity.ca }
  await using port = await clusterPort(stranger, () => ({ status: 500, body: {} }))
  await assert.rejects(joinCluster(joining(port.address)), (error: Error & { code?: string }) => {
    // Which one depends on whether the TLS library takes the two certificates for a chain at all.
    assert.match(error.code ?? '', /^identity\.(forged_server|not_gatehouse)$/)
    return true
  })
  assert.equal(port.asked.length, 0)
})

/** A node of our cluster that is no edge alone, as somebody who stole it has it. */
async function stolen(roles: readonly NodeRole[]): Promise<NodeIdentity> {
  const { csr, key } = await newRequest('stolen')
  const node = { node_id: joined_id, name: 'stolen', roles }
  return {
    ...identity,
    ...node,
    roles: [...roles],
    key,
    certificate: await authority.issue(csr, node, now_ms),
  }
}

test('nothing is sent to a node of the cluster that is no policy server', async () => {
  for (const roles of [['edge'], ['edge', 'analytics']] as const) {
    const thief = await stolen(roles)
    await using port = await clusterPort(thief, () => ({ status: 500, body: {} }))
    const refused = { code: 'identity.no_policy_server', message: /node "stolen"/ }
    await assert.rejects(joinCluster(joining(port.address)), refused)
    assert.equal(port.asked.length, 0)
  }
})

test('a node learns no signing key that the authority did not vouch for', async () => {
  await using port = await clusterPort(identity, async ({ body }) => {
    const sound = await joinReply(authority, identity, body, now_ms)
    const signing_keys = [...identity.signing_keys, ...other.identity.signing_keys]
    return { ...sound, body: { ...(sound.body as object), signing_keys } }
  })
  const refused = { code: 'identity.bad_answer', message: /does not vouch for a signing key/ }
  await assert.rejects(joinCluster(joining(port.address)), refused)
})

test('a client talks to nobody who serves as something else, or was cut off', async () => {
  const edge = await joinedEdge()
  const analytics = await stolen(['analytics'])
  await using port = await clusterPort(analytics, () => ({ status: 200, body: {} }))
  const handshake = async (options: object) => {
    const socket = connect({ port: Number(port.address.split(':')[1]), ...options })
    await once(socket, 'secureConnect')
    socket.destroy()
  }
  await handshake(clientTls(edge, { roles: ['analytics', 'policy'] }))
  await assert.rejects(handshake(clientTls(edge)), /certified for none of policy/)
  const isRevoked = (id: string) => id === joined_id
  const careful = clientTls(edge, { roles: ['analytics'], isRevoked })
  await assert.rejects(handshake(careful), /was cut off/)
  await assert.rejects(renewCertificate(edge, port.address), { code: 'identity.unreachable' })
})

test('nothing is sent to a server whose certificate has ended or is not valid yet', async () => {
  const fresh = () => ({ status: 500, body: {} })
  await using ended = await clusterPort(await issuedAt(now_ms - 40 * day_ms), fresh)
  await assert.rejects(joinCluster(joining(ended.address)), { code: 'identity.server_expired' })
  await using sound = await clusterPort(identity, fresh)
  await assert.rejects(joinCluster(joining(sound.address), testClock(Date.UTC(2025, 11, 31))), {
    code: 'identity.clock_behind',
    message: /the clock of this machine is behind/,
  })
  assert.equal(ended.asked.length + sound.asked.length, 0)
})

test('clocks that are ten minutes apart hinder nobody', async () => {
  for (const off_ms of [-600_000, 600_000]) {
    const ahead = await issuedAt(now_ms + off_ms)
    await using port = await clusterPort(ahead, ({ body }) =>
      joinReply(authority, identity, body, now_ms + off_ms),
    )
    const { answer, key } = await joinCluster(joining(port.address))
    await using renewing = await clusterPort(ahead, ({ node }) => {
      assert.equal(node?.name, 'edge-2')
      return { status: 403, body: { type: '', title: 'Asked', status: 403, code: 'test.asked' } }
    })
    await assert.rejects(renewCertificate({ ...answer, key }, renewing.address), {
      code: 'test.asked',
    })
  }
})

test('a server that says no is quoted; one that answers nonsense is told', async () => {
  const problem = { type: 'about:blank', title: 'No', status: 403, code: 'notifier.token_used' }
  const replies = [
    { status: 403, body: { ...problem, detail: 'Cannot join: the token was used at 12:00' } },
    { status: 502, body: 'Bad gateway' },
    { status: 200, body: { hello: 1 } },
    { status: 200, body: { more: 'x'.repeat(1_100_000) } },
  ]
  await using port = await clusterPort(identity, () => replies.shift() ?? { status: 500, body: 0 })
  const asked = () => joinCluster(joining(port.address))
  await assert.rejects(asked(), {
    code: 'notifier.token_used',
    message: 'Cannot join: the token was used at 12:00',
  })
  await assert.rejects(asked(), { code: 'identity.not_gatehouse', message: /502/ })
  await assert.rejects(asked(), { code: 'identity.bad_answer' })
  await assert.rejects(asked(), { code: 'identity.unreachable', message: /too long/ })
})

test('an answer with the certificate of somebody else or of another cluster is refused', async () => {
  const sound = await joinReply(
    authority,
    identity,
    { ...(await newRequest('x')), name: 'x' },
    now_ms,
  )
  const answers = [
    sound.body,
    { ...(sound.body as object), ca: other.identity.ca },
    { ...(sound.body as object), signing_keys: [] },
  ]
  await using port = await clusterPort(identity, () => ({ status: 200, body: answers.shift() }))
  for (let left = answers.length; left > 0; left--)
    await assert.rejects(joinCluster(joining(port.address)), { code: 'identity.bad_answer' })
})

test('a server that is away, or is none of ours, is told apart', async () => {
  const listening = async (server: Server) => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const plain = createHttp((_request, response) => response.end('hello'))
  const closed = createTcp((socket) => socket.destroy())
  const [http, gone] = [await listening(plain), await listening(closed)]
  await assert.rejects(joinCluster(joining(http)), { code: 'identity.not_gatehouse' })
  await assert.rejects(joinCluster(joining(gone)), { code: 'identity.unreachable' })
  plain.close()
  closed.close()
  await once(plain, 'close')
  await assert.rejects(joinCluster(joining(http)), { code: 'identity.unreachable' })
  await assert.rejects(joinCluster(joining('gate-1')), { code: 'identity.bad_server' })
  await assert.rejects(joinCluster(joining(http, 'sha256:12')), { code: 'identity.bad_pin' })
})

test('a node renews with its certificate: new key, same node; the server sees who asks', async () => {
  const edge = await joinedEdge()
  await using port = await clusterPort(identity, async ({ body, node }) => {
    assert.deepEqual(node, { node_id: joined_id, name: 'edge-2' })
    const as = { ...edge, node_id: node?.node_id ?? '' }
    const certificate = await authority.issue(String(body['csr']), as, now_ms + day_ms)
    return { status: 200, body: { certificate, ca: identity.ca } }
  })
  const renewed = await renewCertificate(edge, port.address)
  assert.notEqual(renewed.key, edge.key)
  assert.equal(renewed.node_id, edge.node_id)
  const end = new X509Certificate(renewed.certificate).validToDate.getTime()
  assert.equal(Math.round((end - now_ms) / day_ms), 31)
  assert.ok(!JSON.stringify(port.asked).includes('PRIVATE'))
})

test('a client talks only to servers of its cluster, and an edge is no server', async () => {
  const edge = await joinedEdge()
  const fail = () => ({ status: 500, body: {} })
  await using foreign = await clusterPort(other.identity, fail)
  await using posing = await clusterPort(edge, fail)
  await using ended = await clusterPort(await issuedAt(now_ms - 40 * day_ms), fail)
  for (const port of [foreign, posing, ended])
    await assert.rejects(renewCertificate(edge, port.address), { code: 'identity.unreachable' })
  assert.equal(foreign.asked.length + posing.asked.length + ended.asked.length, 0)
})

test('peerNode() knows nobody whose certificate is foreign, has ended, or is missing', async () => {
  const edge = await joinedEdge()
  await using port = await clusterPort(identity, () => ({ status: 200, body: {} }))
  const ask = async (options: object) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port: Number(port.address.split(':')[1]) },
      ...options,
    })
    await once(socket, 'secureConnect')
    socket.end('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
    socket.resume()
    await once(socket, 'close')
    return port.asked.at(-1)?.node?.name
  }
  const stale = await issuedAt(now_ms - 40 * day_ms)
  assert.equal(await ask(clientTls(edge)), 'edge-2')
  assert.equal(await ask(clientTls(stale)), undefined)
  assert.equal(await ask({ rejectUnauthorized: false }), undefined)
  const { cert, key } = clientTls(other.identity)
  assert.equal(await ask({ ...clientTls(edge), cert, key }), undefined)
  assert.equal(port.asked.length, 4)
  await assert.rejects(ask({ ...clientTls(edge), minVersion: undefined, maxVersion: 'TLSv1.2' }))
})

test('a revoked node is cut off at once and does not come back', () => {
  const cut: string[] = []
  const socket = (name: string) => {
    const ends: (() => void)[] = []
    const destroy = () => cut.push(name)
    const once = (_event: string, end: () => void) => ends.push(end)
    return { socket: { destroy, once } as never, end: () => ends.forEach((end) => void end()) }
  }
  const known = revocations()
  const [first, second, third] = [socket('first'), socket('second'), socket('third')]
  known.watch(first.socket, 'a')
  known.watch(first.socket, 'a')
  known.watch(second.socket, 'b')
  known.watch(third.socket, 'a')
  third.end()
  known.set(['a'])
  assert.deepEqual([cut, known.has('a'), known.has('b')], [['first'], true, false])
  known.watch(third.socket, 'a')
  assert.deepEqual(cut, ['first', 'third'])
})

test('no private key of the joined node lies anywhere but in its own file', () => {
  const dir = join(root, 'joined')
  const secret = readIdentity(dir)?.key ?? ''
  const holders = readdirSync(dir).filter((name) =>
    readFileSync(join(dir, name), 'utf8').includes(secret),
  )
  const hash = createHash('sha256').update(secret).digest('hex').slice(0, 16)
  assert.deepEqual(holders, [`node-${hash}.key`])
})
