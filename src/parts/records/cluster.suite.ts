/** What every engine of the records must do with nodes, invitations and roll-outs. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import {
  findNodeByName,
  forgetNodes,
  getNodeById,
  listClusterNodes,
  type NewNode,
  removeNode,
  restoreNode,
  revisionFloor,
  revokeNode,
  saveNodeState,
  setNodeGroup,
  upsertNode,
} from './cluster-nodes.ts'
import type { Database } from './database.ts'
import {
  countOpenInvites,
  createInvite,
  listInvites,
  type NewInvitation,
  redeemInvite,
  withdrawInvite,
} from './invites.ts'
import { listsRevision } from './lists-revision.ts'
import { noonPlus, unforced } from './records.support.ts'
import {
  getRollout,
  lastDone,
  rolloutBefore,
  rolloutStates,
  saveRollout,
  supersedeRollouts,
} from './rollouts.ts'

const id = (n: number) => `0192e4a0-0000-7000-8000-${String(n).padStart(12, '0')}`

function newNode(n: number, name: string): NewNode {
  return {
    id: id(n),
    name,
    roles: ['edge', 'analytics'],
    group: 'berlin',
    address: '192.0.2.7',
    version: '0.2.0',
    protocol: 1,
    joined_at: noonPlus(0),
    certificate_expires_at: noonPlus(60),
  }
}

function newInvite(n: number): NewInvitation {
  return {
    id: id(n),
    token_hash: `hash ${n}`,
    roles: ['edge'],
    group: '',
    created_by: 'vera',
    created_at: noonPlus(n),
    expires_at: noonPlus(15),
  }
}

export function clusterSuite(db: () => Database): void {
  describe('the cluster', () => {
    beforeEach(async () => {
      await sql`truncate cluster_nodes, invites, rollouts`.execute(db().kysely)
    })
    const quick = () => unforced(db())
    nodesSuite(quick)
    invitesSuite(quick)
    rolloutsSuite(quick)
  })
}

function nodesSuite(db: () => Database): void {
  test('a node is listed as it is, with what was heard of it', async () => {
    await upsertNode(db(), newNode(1, 'edge-1'))
    await setNodeGroup(db(), id(1), 'paris')
    const state = {
      bundle_id: 'b',
      revision: 3,
      took_ms: 1.5,
      refusal: null,
      lists_revision: 7,
      clock_skew_ms: -3,
    }
    const heard = { address: 'x', version: '0.3.0', protocol: 1, last_connection_at: noonPlus(1) }
    await saveNodeState(db(), id(1), { ...heard, state })
    await upsertNode(db(), { ...newNode(1, 'edge-1'), address: 'y', group: 'other' })
    assert.deepEqual(await listClusterNodes(db()), [
      {
        ...newNode(1, 'edge-1'),
        ...heard,
        ...{ address: 'y', version: '0.2.0', group: 'paris', state },
        ...{ revoked_at: null, removed_at: null },
      },
    ])
    await assert.rejects(setNodeGroup(db(), id(1), 'a\0b'), { code: 'records.bad_value' })
    assert.equal(await getNodeById(db(), 'no id'), undefined)
  })

  test('the highest revision that nodes ran is told, without those that are cut off or beyond belief', async () => {
    assert.equal(await revisionFloor(db(), 100), 0)
    const none = { bundle_id: '', revision: 0, took_ms: null, refusal: null }
    const rest = { address: '', version: '', protocol: 1, last_connection_at: null }
    for (const [n, revision_floor] of [5, 40, 90, 9_000_000_000_000_000].entries()) {
      await upsertNode(db(), newNode(n, `edge-${n}`))
      const state = { ...none, lists_revision: 0, clock_skew_ms: 0, revision_floor }
      await saveNodeState(db(), id(n), { ...rest, state })
    }
    await upsertNode(db(), newNode(8, 'never-seen'))
    assert.deepEqual([await revisionFloor(db(), 100), await revisionFloor(db(), 89)], [90, 40])
    await revokeNode(db(), id(2), noonPlus(1))
    assert.equal(await revisionFloor(db(), 100), 40)
  })

  test('a revoked or removed node leaves its name; each revocation is a revision of the lists', async () => {
    await upsertNode(db(), newNode(1, 'Edge-1'))
    assert.equal((await findNodeByName(db(), 'edge-1'))?.id, id(1))
    const revision = await listsRevision(db())
    assert.deepEqual(
      [await revokeNode(db(), id(1), noonPlus(1)), await revokeNode(db(), id(1), noonPlus(2))],
      [true, false],
    )
    assert.equal(await listsRevision(db()), revision + 1)
    await upsertNode(db(), newNode(2, 'edge-1'))
    assert.equal(await restoreNode(db(), id(1)), false)
    await upsertNode(db(), newNode(3, 'EDGE-1'))
    assert.notEqual((await getNodeById(db(), id(2)))?.removed_at, null)
    await removeNode(db(), id(3), noonPlus(1))
    assert.equal(await restoreNode(db(), id(2)), true)
    assert.equal(await removeNode(db(), id(2), noonPlus(1)), true)
    assert.equal(await removeNode(db(), id(2), noonPlus(1)), false)
    assert.equal(await findNodeByName(db(), 'edge-1'), undefined)
    assert.equal(await restoreNode(db(), id(2)), true)
    await removeNode(db(), id(2), noonPlus(1))
    await forgetNodes(db(), noonPlus(59))
    assert.equal((await listClusterNodes(db())).length, 3)
    // A clock that jumps ahead by two weeks forgets nobody.
    await forgetNodes(db(), noonPlus(15 * 1440))
    assert.equal((await listClusterNodes(db())).length, 3)
    await forgetNodes(db(), noonPlus(61 + 30 * 1440))
    assert.deepEqual(await listClusterNodes(db()), [])
  })
}

function invitesSuite(db: () => Database): void {
  const redeem = (n: number, at = noonPlus(5), invite = 1, name = `edge-${n}`) =>
    redeemInvite(db(), {
      ...{ token_hash: `hash ${invite}`, csr_hash: 'c', at },
      node: newNode(n, name),
    })

  test('of many that use one invitation at once exactly one becomes a node', async () => {
    await createInvite(db(), newInvite(1))
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((n) => redeem(n)))
    assert.deepEqual(outcomes.sort(), [...Array(4).fill('not_open'), 'redeemed'])
    assert.equal((await listClusterNodes(db())).length, 1)
  })

  test('who joins under the name of a node that was taken off the list cuts that one off', async () => {
    for (const n of [1, 2]) await createInvite(db(), newInvite(n))
    await redeem(1, noonPlus(5), 1, 'Edge-1')
    await removeNode(db(), id(1), noonPlus(6))
    const revision = await listsRevision(db())
    assert.equal(await redeem(2, noonPlus(7), 2, 'edge-1'), 'redeemed')
    assert.equal((await getNodeById(db(), id(1)))?.revoked_at, noonPlus(7))
    assert.equal(await listsRevision(db()), revision + 1)
    await removeNode(db(), id(2), noonPlus(8))
    assert.equal(await restoreNode(db(), id(1)), false)
  })

  test('a name that is taken leaves the invitation open; an ended one is of no use', async () => {
    for (const n of [1, 2, 3]) await createInvite(db(), newInvite(n))
    await upsertNode(db(), newNode(9, 'edge-1'))
    assert.equal(await redeem(1, noonPlus(5), 1, 'EDGE-1'), 'name_taken')
    assert.equal(await countOpenInvites(db(), noonPlus(5)), 3)
    assert.equal(await redeem(1, noonPlus(15)), 'not_open')
    assert.equal(await withdrawInvite(db(), id(2), noonPlus(5)), true)
    assert.equal(await redeem(2, noonPlus(5), 2), 'not_open')
    assert.equal(await redeem(3, noonPlus(5), 3), 'redeemed')
    assert.equal(await withdrawInvite(db(), id(3), noonPlus(5)), false)
    const list = await listInvites(db(), noonPlus(20))
    assert.deepEqual(
      list.map((invite) => [invite.id, invite.state, invite.node]),
      [
        [id(3), 'used', 'edge-3'],
        [id(2), 'withdrawn', ''],
        [id(1), 'expired', ''],
      ],
    )
  })
}

function rolloutsSuite(db: () => Database): void {
  test('a roll-out is found again, with the newest that was done before it', async () => {
    const rollout = (revision: number, content: string, state: 'done' | 'running' | 'stopped') =>
      saveRollout(db(), { revision, content, state, plan: { state, revision } })
    await rollout(1, 'a', 'done')
    await rollout(2, 'b', 'done')
    await rollout(3, 'c', 'running')
    await rollout(3, 'c', 'stopped')
    await rollout(4, 'd', 'running')
    assert.deepEqual(await getRollout(db(), 3), {
      ...{ revision: 3, content: 'c', state: 'stopped' },
      plan: { state: 'stopped', revision: 3 },
    })
    assert.equal((await rolloutBefore(db(), 4))?.revision, 3)
    assert.deepEqual(await lastDone(db(), { revision: 4 }), { revision: 2, content: 'b' })
    assert.equal((await lastDone(db(), { revision: 4, content: 'a' }))?.revision, 1)
    assert.equal(await lastDone(db(), { revision: 1 }), undefined)
    await supersedeRollouts(db(), 5)
    assert.deepEqual([...(await rolloutStates(db(), [1, 3, 4, 9]))].sort(), [
      [1, 'done'],
      [3, 'stopped'],
      [4, 'superseded'],
    ])
    const superseded = await getRollout<{ state: string }>(db(), 4)
    assert.equal(superseded?.plan.state, 'superseded')
  })
}
