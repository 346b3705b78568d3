import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { NodeView } from '#model/node-view.ts'
import { tokenHash } from '#parts/identity/tokens.ts'
import { getNodeById, upsertNode } from '#parts/records/cluster-nodes.ts'
import { findInvite } from '#parts/records/invites.ts'
import { listsRevision } from '#parts/records/lists-revision.ts'
import { type Login, type TestPolicy, testPolicy } from '../policy.support.ts'
import { nodeView } from './nodes.support.ts'

const view = nodeView('edge-1')
const server: NodeView = {
  ...view,
  id: '0192e4a0-0000-7000-8000-00000000000a',
  name: 'policy-1',
  roles: ['policy'],
}
let nodes = [view, server]
let site: TestPolicy
let anna: Login
before(async () => {
  site = await testPolicy({}, { nodes: async () => nodes })
  for (const { id, name, roles, group, address, version, protocol, ...rest } of nodes) {
    const { joined_at, certificate_expires_at } = rest
    const about = { id, name, roles, group, address, version, protocol }
    await upsertNode(site.database, { ...about, joined_at, certificate_expires_at })
  }
  await site.addUser('anna', 'administrator')
  anna = await site.login('anna')
})
after(() => site[Symbol.asyncDispose]())

const ask = async (key: string, json?: unknown) => {
  const { status, json: answer } = await site.ask(key, { as: anna, ...(json ? { json } : {}) })
  return { status, answer: answer as Record<string, unknown> }
}

test('nodes are told with what each last said of itself', async () => {
  const { answer } = await ask('GET /api/v1/nodes')
  assert.deepEqual(
    answer['nodes'],
    nodes.map((node) => ({ ...node, status: null })),
  )
})

test('an invitation is told once, as the line to type, and can be withdrawn', async () => {
  const body = { roles: ['edge', 'edge'], group: 'berlin', ttl_s: 900 }
  const { answer } = await ask('POST /api/v1/invites', body)
  assert.match(
    String(answer['command']),
    /^gatehouse join 127\.0\.0\.1:12346 --token [\w-]{43} --pin sha256:[0-9a-f]{64}$/,
  )
  assert.deepEqual([answer['roles'], answer['created_by']], [['edge'], 'anna'])
  const kept = await findInvite(site.database, tokenHash(String(answer['token'])))
  assert.equal(kept?.id, answer['id'])
  const list = await ask('GET /api/v1/invites')
  assert.doesNotMatch(JSON.stringify(list.answer), new RegExp(String(answer['token'])))
  assert.equal((await ask(`DELETE /api/v1/invites/${answer['id']}`)).status, 204)
  assert.equal((await ask(`DELETE /api/v1/invites/${answer['id']}`)).status, 404)
  const { answer: after } = await ask('GET /api/v1/invites')
  assert.deepEqual(
    (after['invites'] as { state: string }[]).map((one) => one.state),
    ['withdrawn'],
  )
})

test('a deploy token invites edges, and nothing that takes the records of others', async () => {
  const made = await ask('POST /api/v1/tokens', {
    name: 'rollout',
    kind: 'deploy',
    role: 'deploy',
    ttl_s: 3600,
  })
  const headers = { authorization: `Bearer ${made.answer['token']}` }
  for (const [roles, status, code] of [
    [['edge'], 200, undefined],
    [['analytics'], 403, 'policy.deploy_role'],
    [['edge', 'analytics'], 403, 'policy.deploy_role'],
    [['policy'], 403, 'policy.deploy_role'],
  ] as const) {
    const asked = await site.ask('POST /api/v1/invites', { headers, json: { roles } })
    const answer = asked.json as Record<string, unknown>
    assert.deepEqual([asked.status, answer['code']], [status, code], `${roles} ${asked.text}`)
  }
})

test('no node is invited to take records while ours are where it cannot bring them', async () => {
  for (const roles of [['analytics'], ['edge', 'analytics']]) {
    const { status, answer } = await ask('POST /api/v1/invites', { roles })
    assert.deepEqual([status, answer['code']], [409, 'policy.own_records'])
    assert.match(String(answer['detail']), /the same PostgreSQL/)
  }
})

test('no second policy server is invited, and the one that is there cannot be cut off', async () => {
  const invited = await ask('POST /api/v1/invites', { roles: ['policy'] })
  assert.deepEqual(
    [invited.status, invited.answer['code']],
    [409, 'policy.no_second_policy_server'],
  )
  const revoked = await ask(`POST /api/v1/nodes/${server.id}/revoke`)
  assert.deepEqual([revoked.status, revoked.answer['code']], [409, 'policy.policy_server'])
  assert.equal((await ask(`DELETE /api/v1/nodes/${server.id}`)).status, 409)
})

test('a node changes its group, is cut off, and is taken off the list', async () => {
  assert.equal((await ask(`PUT /api/v1/nodes/${view.id}`, { group: 'berlin' })).status, 204)
  assert.equal((await getNodeById(site.database, view.id))?.group, 'berlin')
  assert.equal((await ask(`PUT /api/v1/nodes/${view.id}`, { group: 'a\0b' })).status, 400)
  const early = await ask(`DELETE /api/v1/nodes/${view.id}`)
  assert.deepEqual([early.status, early.answer['code']], [409, 'policy.node_connected'])
  const before_revision = await listsRevision(site.database)
  assert.equal((await ask(`POST /api/v1/nodes/${view.id}/revoke`)).status, 204)
  assert.equal((await ask(`POST /api/v1/nodes/${view.id}/revoke`)).status, 204)
  assert.equal(await listsRevision(site.database), before_revision + 1)
  nodes = [{ ...view, connection_status: 'revoked' }, server]
  assert.equal((await ask(`DELETE /api/v1/nodes/${view.id}`)).status, 204)
  assert.notEqual((await getNodeById(site.database, view.id))?.removed_at, null)
  const { answer } = await ask('GET /api/v1/activity')
  const actions = (answer['items'] as { action: string }[]).map((one) => one.action)
  for (const action of ['nodes.write', 'nodes.revoke', 'nodes.remove']) {
    assert.ok(actions.includes(action), action)
  }
  assert.deepEqual(site.cluster.nudges.filter((nudge) => nudge === 'nodes').length >= 3, true)
  const nobody = '0192e4a0-0000-7000-8000-0000000000ff'
  assert.equal((await ask(`POST /api/v1/nodes/${nobody}/revoke`)).status, 404)
})
