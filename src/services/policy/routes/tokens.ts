/** Tokens for programs: made, listed, made void. */
import { uuidv7 } from '#base/id.ts'
import type { Role, TokenView } from '#model/user.ts'
import { newBearerToken, tokenHash } from '#parts/identity/tokens.ts'
import {
  deleteExpiredTokens,
  deleteToken,
  getToken,
  insertToken,
  listTokens,
  type Token,
} from '#parts/records/tokens.ts'
import { policyFaults } from '../faults.ts'
import type { Call, Handler, Who } from '../handler.ts'
import { lowerOf } from '../login/roles.ts'
import { known } from './session.ts'

/** Of one owner; more is a program that makes one a run. */
const tokens_max = 100
/** So long an expired token stays on the list, to be seen. */
const kept_ms = 30 * 86_400_000

function viewOf(token: Token): TokenView {
  const { id, name, kind, role, created_at, expires_at, last_used_at } = token
  const owner = token.username ?? 'local'
  return { id, name, kind, role, owner, created_at, expires_at, last_used_at }
}

/** Whose tokens these are; null is the owner of this machine. */
function ownerOf(call: Call): { readonly who: Who; readonly user_id: string | null } {
  const who = known(call)
  return { who, user_id: who.session?.user_id ?? who.token?.user_id ?? null }
}

export const listAllTokens: Handler<'GET /api/v1/tokens'> = async (_input, desk, call) => {
  const { who, user_id } = ownerOf(call)
  const all = await listTokens(desk.database, who.role === 'administrator' ? undefined : user_id)
  return { tokens: all.map(viewOf) }
}

export const createToken: Handler<'POST /api/v1/tokens'> = async ({ body }, desk, call) => {
  const { who, user_id } = ownerOf(call)
  // A token that leaked must end when it is revoked, not live on in its children.
  if (who.token) throw policyFaults.session_needed({})
  const { name, kind, ttl_s } = body
  const role = roleFor(body, who.role)
  const now = desk.clock.now()
  const at = (ms: number) => new Date(ms).toISOString()
  const text = newBearerToken()
  const token = {
    id: uuidv7(now),
    token_hash: tokenHash(text),
    name,
    kind,
    role,
    user_id,
    created_at: at(now),
    expires_at: ttl_s === null ? null : at(now + ttl_s * 1000),
  }
  const details = { kind, role, id: token.id, expires_at: token.expires_at }
  const note = { action: 'tokens.create', subject: `token ${name}`, details }
  await desk.recordWith(call, note, async (db) => {
    await deleteExpiredTokens(db, at(now - kept_ms))
    if ((await listTokens(db, user_id)).length >= tokens_max) {
      throw policyFaults.too_many({ what: 'tokens of yours', count_max: tokens_max })
    }
    await insertToken(db, token)
  })
  const { token_hash: _, user_id: _owner, ...view } = token
  return { token: text, view: { ...view, owner: who.username, last_used_at: null } }
}

/** Throws `policy.token_role`. */
function roleFor(
  asked: { readonly kind: TokenView['kind']; readonly role?: Role | undefined },
  yours: Role,
): Role {
  if (asked.kind === 'deploy') {
    const is_fitting = asked.role === undefined || asked.role === 'deploy'
    if (yours === 'administrator' && is_fitting) return 'deploy'
    throw policyFaults.token_role({ role: asked.role ?? 'deploy', yours })
  }
  const role = asked.role ?? yours
  if (role === 'deploy' || lowerOf(role, yours) !== role) {
    throw policyFaults.token_role({ role, yours })
  }
  return role
}

export const revokeToken: Handler<'DELETE /api/v1/tokens/{id}'> = async (
  { params },
  desk,
  call,
) => {
  const { who, user_id } = ownerOf(call)
  const token = await getToken(desk.database, params.id)
  if (!token) throw policyFaults.not_found({ what: 'the token' })
  if (token.user_id !== user_id && who.role !== 'administrator') {
    throw policyFaults.not_yours({ what: 'the token' })
  }
  const details = { kind: token.kind, role: token.role, id: token.id, owner: viewOf(token).owner }
  const note = { action: 'tokens.revoke', subject: `token ${token.name}`, details }
  await desk.recordWith(call, note, async (db) => {
    if (!(await deleteToken(db, token.id))) throw policyFaults.not_found({ what: 'the token' })
  })
  return undefined
}
