/** Invitations: the one line that makes a machine a node. */
import { uuidv7 } from '#base/id.ts'
import { newToken, tokenHash } from '#parts/identity/tokens.ts'
import {
  countOpenInvites,
  createInvite,
  listInvites,
  withdrawInvite,
} from '#parts/records/invites.ts'
import { policyFaults } from '../faults.ts'
import type { Handler } from '../handler.ts'
import { actorName } from '../recorder.ts'

/** Open at the same time; each is a door that somebody forgot to close. */
const open_max = 200

export const listAllInvites: Handler<'GET /api/v1/invites'> = async (_input, desk) => ({
  invites: await listInvites(desk.database, new Date(desk.clock.now()).toISOString()),
})

export const inviteNode: Handler<'POST /api/v1/invites'> = async ({ body }, desk, call) => {
  const roles = [...new Set(body.roles)]
  const other = roles.find((role) => role !== 'edge')
  // Such tokens lie about in build systems: whoever finds one must not get the hits of all edges.
  if (call.who?.role === 'deploy' && other) throw policyFaults.deploy_role({ role: other })
  // It would need the keys of the cluster, which never leave the first one.
  if (roles.includes('policy')) throw policyFaults.no_second_policy_server({})
  // It would keep what edges bring in a database of its own, which nobody reads.
  if (roles.includes('analytics') && desk.database.kind === 'embedded')
    throw policyFaults.own_records({})
  const now_ms = desk.clock.now()
  const at = (ms: number) => new Date(ms).toISOString()
  const token = newToken()
  const invite = {
    id: uuidv7(now_ms),
    roles,
    group: body.group,
    created_by: actorName(call.who),
    created_at: at(now_ms),
    expires_at: at(now_ms + body.ttl_s * 1000),
  }
  const details = { roles, group: body.group, expires_at: invite.expires_at }
  const note = { action: 'invites.create', subject: `invitation ${invite.id}`, details }
  await desk.recordWith(call, note, async (db) => {
    if ((await countOpenInvites(db, invite.created_at)) >= open_max) {
      throw policyFaults.too_many({ what: 'open invitations', count_max: open_max })
    }
    await createInvite(db, { ...invite, token_hash: tokenHash(token) })
  })
  const { pin } = desk.authority
  const command = `gatehouse join ${desk.cluster_address()} --token ${token} --pin ${pin}`
  return { ...invite, state: 'open', node: '', token, pin, command }
}

export const withdrawOneInvite: Handler<'DELETE /api/v1/invites/{id}'> = async (
  { params },
  desk,
  call,
) => {
  const at = new Date(desk.clock.now()).toISOString()
  const note = { action: 'invites.withdraw', subject: `invitation ${params.id}` }
  await desk.recordWith(call, note, async (db) => {
    if (!(await withdrawInvite(db, params.id, at))) {
      throw policyFaults.not_found({ what: 'an open invitation of this id' })
    }
  })
  return undefined
}
