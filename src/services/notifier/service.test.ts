import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyBundle } from '#parts/bundle/bundle.ts'
import { verifyLists } from '#parts/bundle/lists.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { joinCluster } from '#parts/identity/join.ts'
import { clientTls } from '#parts/identity/mutual-tls.ts'
import { renewCertificate } from '#parts/identity/renew.ts'
import { newRequest } from '#parts/identity/requests.ts'
import { newToken } from '#parts/identity/tokens.ts'
import {
  findNodeByName,
  removeNode,
  revisionFloor,
  revokeNode,
} from '#parts/records/cluster-nodes.ts'
import { headRevision } from '#parts/records/commits.ts'
import { rolloutStates } from '#parts/records/rollouts.ts'
import { call, type TestCluster, testAgent, testCluster } from './notifier.support.ts'
import { saidSuite } from './said.suite.ts'

let cluster: TestCluster
before(async () => {
  cluster = await testCluster()
})
after(() => cluster[Symbol.asyncDispose]())

const node = async (name: string) =>
  (await cluster.notifier.nodes()).find((one) => one.name === name)
const now = () => new Date().toISOString()
/** Until the state that is asked for is there; bounded by the test's time limit. */
async function until(is: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await is())) await sleep(5)
}
const rolloutIs = (state: string) =>
  until(async () => (await cluster.notifier.rollout())?.state === state)

test('the policy server is on the list, and whoever has no certificate of ours learns nothing', async () => {
  const own = await node('policy-1')
  assert.deepEqual([own?.sync_status, own?.connection_status], ['none', 'disconnected'])
  const { address } = cluster.notifier
  const stranger = await foundCluster(
    join(cluster.dir, 'other'),
    { name: 'x', roles: ['edge'], policy_servers: [], analytics: [] },
    Date.now(),
  )
  for (const key of ['POST /v1/agent/stream', 'POST /v1/renew', 'POST /v1/agent/report']) {
    const answer = await call(address, {}, key, {})
    assert.deepEqual([answer.status, answer.code], [401, 'notifier.certificate_needed'], key)
    const { certificate: cert, key: secret } = stranger.identity
    const foreign = await call(address, { cert, key: secret }, key, {})
    assert.deepEqual([foreign.status, foreign.code], [401, 'notifier.certificate_needed'], key)
  }
  assert.equal((await call(address, {}, 'GET /v1/nothing')).status, 404)
  assert.equal((await call(address, {}, 'GET /v1/join')).status, 404)
})

test('a token is good for one node; of two at once one gets it', { timeout: 10_000 }, async () => {
  const token = await cluster.invite({ roles: ['edge', 'analytics'], group: 'berlin' })
  const tries = await Promise.allSettled([
    cluster.joinNode('twin-1', token),
    cluster.joinNode('twin-2', token),
  ])
  const won = tries.filter((one) => one.status === 'fulfilled')
  const lost = tries.filter((one) => one.status === 'rejected')
  assert.equal(won.length, 1)
  assert.deepEqual(
    lost.map((one) => (one.reason as { code: string }).code),
    ['notifier.token_used'],
  )
  const joined = won[0]?.value
  assert.deepEqual([joined?.roles, joined?.group], [['edge', 'analytics'], 'berlin'])
  assert.deepEqual(joined?.policy_servers, ['127.0.0.1:12346'])
})

test('a name that is taken leaves the token as it was; junk, expired and unknown tokens are told apart', async () => {
  const token = await cluster.invite()
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => '',
      (error: { code: string }) => error.code,
    )
  assert.equal(await code(cluster.joinNode('POLICY-1', token)), 'notifier.name_taken')
  await cluster.joinNode('named', token)
  assert.equal(await code(cluster.joinNode('other', 'junk')), 'notifier.token_unknown')
  assert.equal(await code(cluster.joinNode('other', newToken())), 'notifier.token_unknown')
  const expired = await cluster.invite({ ttl_s: -1 })
  assert.equal(await code(cluster.joinNode('other', expired)), 'notifier.token_expired')
})

test('a machine that never heard our answer may ask again with the same request', async () => {
  const token = await cluster.invite()
  const request = await newRequest('again')
  const ask = () => {
    const { pin } = cluster.authority
    const server = cluster.notifier.address
    return joinCluster({ server, token, pin, name: 'again', version: '1', request })
  }
  const first = await ask()
  const second = await ask()
  assert.equal(first.answer.node_id, second.answer.node_id)
  await assert.rejects(cluster.joinNode('again-2', token), { code: 'notifier.token_used' })
})

test('a protocol that we do not speak is told in a sentence', async () => {
  const { address } = cluster.notifier
  const identity = await cluster.joinNode('speaker')
  for (const [protocol, code] of [
    [{ current: 0, oldest: 0 }, 'notifier.protocol_too_old'],
    [{ current: 9, oldest: 7 }, 'notifier.protocol_too_new'],
  ] as const) {
    await using agent = await testAgent(address, identity, { protocol })
    assert.deepEqual([agent.status, agent.problem.code], [426, code])
    assert.match(agent.problem.detail ?? '', /protocol/)
  }
  await using agent = await testAgent(address, identity, { protocol: { current: 5, oldest: 1 } })
  assert.equal((await agent.next('welcome')).protocol, 1)
})

test('a node that takes records is told to the others for as long as it is connected', {
  timeout: 10_000,
}, async () => {
  const { address } = cluster.notifier
  await using edge = await testAgent(address, await cluster.joinNode('sender'))
  const own = cluster.identity.analytics
  assert.deepEqual((await edge.next('welcome')).topology.analytics, own)
  // Whoever was not invited to take records gets none.
  await using _liar = await testAgent(address, await cluster.joinNode('liar'), {
    analytics: '192.0.2.66:3313',
  })
  const token = await cluster.invite({ roles: ['edge', 'analytics'] })
  const taker = await cluster.joinNode('taker', token)
  {
    await using _taker = await testAgent(address, taker, { analytics: '192.0.2.7:3313' })
    const { topology } = await edge.next('topology')
    assert.deepEqual(topology.analytics, [...own, '192.0.2.7:3313'])
  }
  assert.deepEqual((await edge.next('topology')).topology.analytics, own)
  await using odd = await testAgent(address, taker, { analytics: 'no address' })
  assert.deepEqual((await odd.next('welcome')).topology.analytics, own)
})

test('a commit goes to the policy server first, then to the others, and is done', {
  timeout: 10_000,
}, async () => {
  const { address } = cluster.notifier
  const edge_identity = await cluster.joinNode('edge-1')
  await using policy = await testAgent(address, cluster.identity)
  await using edge = await testAgent(address, edge_identity)
  const bundle = await cluster.commit('one')
  // The time of the commit comes with it.
  assert.ok(((await policy.next('ping')).hlc ?? '') < cluster.hlc.now())
  const offered = await policy.next('bundle')
  assert.deepEqual(
    verifyBundle(offered.bundle, {
      cluster_id: cluster.identity.cluster_id,
      keys: cluster.identity.signing_keys,
    }),
    bundle,
  )
  assert.equal(edge.heard.filter((one) => one.kind === 'bundle').length, 0)
  assert.equal(await policy.apply(bundle), 204)
  await edge.next('bundle')
  const sha256 = bundle.head.files[0]?.sha256 ?? ''
  const file = await call(address, clientTls(edge_identity), `GET /v1/files/${sha256}`)
  assert.deepEqual([file.status, file.text], [200, 'one'])
  const unknown = await call(address, clientTls(edge_identity), `GET /v1/files/${'0'.repeat(64)}`)
  assert.equal(unknown.code, 'notifier.no_such_file')
  await edge.apply(bundle)
  await rolloutIs('done')
  const view = await node('edge-1')
  assert.deepEqual(
    [view?.sync_status, view?.connection_status, view?.took_ms, view?.revision],
    ['in_sync', 'connected', 12, bundle.head.revision],
  )
})

test('a refusal stops the roll-out and asks for a roll-back; its commit closes the matter, also in a new office', {
  timeout: 10_000,
}, async () => {
  const identity = await cluster.joinNode('edge-2')
  await using policy = await testAgent(cluster.notifier.address, cluster.identity)
  const bad = await cluster.commit('two', { wave_size: 1 })
  await policy.next('bundle')
  await policy.refuse(bad)
  await rolloutIs('stopped')
  await until(() => cluster.rollbacks.length > 0)
  assert.equal(cluster.rollbacks[0]?.revision, bad.head.revision - 1)
  assert.equal(cluster.rollbacks[0]?.failed, bad.head.revision)
  assert.match(cluster.rollbacks[0]?.message ?? '', /Cannot compile rule 7/)
  assert.equal((await node('policy-1'))?.sync_status, 'refused')
  // A node that has nothing gets what was good, not what was refused.
  await using edge = await testAgent(cluster.notifier.address, identity)
  assert.equal((await edge.next('bundle')).bundle.head.revision, bad.head.revision - 1)

  await cluster.restart()
  assert.equal((await cluster.notifier.rollout())?.state, 'stopped')
  await using again = await testAgent(cluster.notifier.address, cluster.identity)
  const good = await cluster.commit('one')
  await again.next('bundle')
  await again.apply(good)
  await rolloutIs('done')
  const states = () => rolloutStates(cluster.database, [bad.head.revision, good.head.revision])
  await until(async () => [...(await states()).values()].sort().join() === 'done,rolled_back')
})

test('a stopped roll-out goes on when a person says so', { timeout: 10_000 }, async () => {
  await using policy = await testAgent(cluster.notifier.address, cluster.identity)
  await assert.rejects(cluster.notifier.resume(), { code: 'notifier.nothing_stopped' })
  const bundle = await cluster.commit('three')
  await policy.next('bundle')
  await policy.refuse(bundle)
  await rolloutIs('stopped')
  await cluster.notifier.resume()
  await policy.next('bundle')
  await policy.apply(bundle)
  await rolloutIs('done')
})

test('an office that is started in the middle of a roll-out goes on with it', {
  timeout: 10_000,
}, async () => {
  const bundle = await (async () => {
    await using policy = await testAgent(cluster.notifier.address, cluster.identity)
    await policy.next('bundle')
    const committed = await cluster.commit('half way')
    await policy.next('bundle')
    return committed
  })()
  const half = await cluster.notifier.rollout()
  await cluster.restart()
  assert.equal((await cluster.notifier.rollout())?.started_at, half?.started_at)
  assert.equal((await cluster.notifier.rollout())?.state, 'running')
  await using again = await testAgent(cluster.notifier.address, cluster.identity)
  await again.next('bundle')
  await again.apply(bundle)
  await rolloutIs('done')
})

test('a second line of a node takes the place of the first', { timeout: 10_000 }, async () => {
  const { address } = cluster.notifier
  const identity = await cluster.joinNode('doubled')
  await using first = await testAgent(address, identity)
  await using second = await testAgent(address, identity)
  await first.ended
  assert.equal(await first.report(), 409)
  assert.equal(await second.report(), 204)
  assert.equal((await node('doubled'))?.connection_status, 'connected')
  await using _third = await testAgent(address, identity)
  await using _fourth = await testAgent(address, identity)
  await until(() => cluster.lines.some((text) => text.includes('notifier.two_of_one')))
})

test('a revoked node is cut off at once, all others are told, and its name is free again', {
  timeout: 10_000,
}, async () => {
  const { address } = cluster.notifier
  const identity = await cluster.joinNode('stolen')
  await using witness = await testAgent(address, await cluster.joinNode('witness'))
  await using stolen = await testAgent(address, identity)
  await stolen.next('welcome')
  await revokeNode(cluster.database, identity.node_id, now())
  cluster.notifier.onNodesChanged()
  await stolen.ended
  const { lists } = await witness.next('lists')
  const trust = { cluster_id: identity.cluster_id, keys: identity.signing_keys }
  assert.deepEqual(verifyLists(lists, trust).head.revoked_nodes, [identity.node_id])
  await using again = await testAgent(address, identity)
  assert.deepEqual([again.status, again.problem.code], [403, 'notifier.revoked'])
  await assert.rejects(renewCertificate(identity, address), { code: 'notifier.revoked' })
  assert.equal((await node('stolen'))?.connection_status, 'revoked')
  const next = await cluster.joinNode('stolen')
  assert.notEqual(next.node_id, identity.node_id)
})

test('a node renews its certificate under the name of the registry', async () => {
  const identity = await cluster.joinNode('renewer')
  const renewed = await renewCertificate(identity, cluster.notifier.address)
  assert.notEqual(renewed.certificate, identity.certificate)
  await using agent = await testAgent(cluster.notifier.address, renewed)
  assert.equal((await agent.next('welcome')).kind, 'welcome')
})

test('a node that was taken off the list comes back by itself, unless its name is taken', async () => {
  const { address } = cluster.notifier
  const identity = await cluster.joinNode('sleeper')
  const remove = async () => {
    await removeNode(cluster.database, identity.node_id, now())
    assert.equal(await node('sleeper'), undefined)
  }
  await remove()
  {
    await using agent = await testAgent(address, identity)
    assert.equal(agent.status, 200)
    assert.equal((await node('sleeper'))?.id, identity.node_id)
  }
  await remove()
  // Off the list it has no name: a certificate for it is not made anew.
  const { csr } = await newRequest('sleeper')
  const renewed = await call(address, clientTls(identity), 'POST /v1/renew', { csr })
  assert.deepEqual([renewed.status, renewed.code], [409, 'notifier.off_list'])
  await cluster.joinNode('sleeper')
  await using agent = await testAgent(address, identity)
  assert.deepEqual([agent.status, agent.problem.code], [403, 'notifier.revoked'])
  assert.notEqual((await findNodeByName(cluster.database, 'Sleeper'))?.id, identity.node_id)
})

test('a node that ran what the database lost is told so in its view, and gets the next commit above it', {
  timeout: 10_000,
}, async () => {
  const { address } = cluster.notifier
  const identity = await cluster.joinNode('survivor')
  const { database } = cluster
  const head = await headRevision(database)
  const ran = { id: 'e'.repeat(64), revision: head + 30 }
  await using survivor = await testAgent(address, identity, {
    bundle: ran,
    revision_floor: ran.revision,
  })
  await survivor.next('welcome')
  const view = await node('survivor')
  assert.deepEqual([view?.sync_status, view?.refusal?.code], ['behind', 'notifier.ahead'])
  assert.match(view?.refusal?.message ?? '', /restored from an older copy/)
  assert.equal(await revisionFloor(database, head + 100), ran.revision)
  const bundle = await cluster.commit('above', {}, ran.revision + 1)
  await using policy = await testAgent(address, cluster.identity)
  await policy.next('bundle')
  await policy.apply(bundle)
  assert.equal((await survivor.next('bundle')).bundle.id, bundle.id)
  await survivor.apply(bundle)
  assert.equal((await node('survivor'))?.sync_status, 'in_sync')
})

// Before too many joins have failed for anybody to join.
saidSuite(() => cluster)

test('bodies that are too large or make no sense are refused, and too many failed joins are', async () => {
  const { address } = cluster.notifier
  const tls = clientTls(cluster.identity)
  const asked = async (key: string, body: unknown) => (await call(address, tls, key, body)).code
  assert.equal(await asked('POST /v1/agent/stream', { version: 1 }), 'notifier.malformed')
  assert.equal(await asked('POST /v1/agent/report', 'x'.repeat(300_000)), 'notifier.too_large')
  const codes: string[] = []
  for (let i = 0; i < 14; i++) codes.push(await asked('POST /v1/join', { token: 'x' }))
  assert.equal(codes.at(-1), 'notifier.too_many_joins')
})

test('while the database is away lines stay open, and what was committed meanwhile goes out after', {
  timeout: 10_000,
}, async () => {
  await using agent = await testAgent(cluster.notifier.address, cluster.identity)
  await agent.next('welcome')
  await agent.next('bundle')
  const bundle = await cluster.commit('four')
  await agent.next('bundle')
  cluster.takeDatabaseAway(true)
  await assert.rejects(cluster.notifier.nodes(), { code: 'records.unavailable' })
  // Its receipt cannot be saved: nothing is done about it yet.
  assert.equal(await agent.apply(bundle), 204)
  await sleep(20)
  assert.equal((await cluster.notifier.rollout())?.state, 'running')
  cluster.takeDatabaseAway(false)
  cluster.notifier.onNodesChanged()
  await rolloutIs('done')
  assert.equal(agent.is_open, true)
})
