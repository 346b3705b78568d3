/** Logging in and out. */
import type { SessionInfo } from '#model/user.ts'
import { policyFaults } from '../faults.ts'
import type { Call, Handler, Who } from '../handler.ts'

function infoOf(who: Who): SessionInfo {
  return {
    username: who.username,
    role: who.role,
    csrf_token: who.csrf_token,
    must_change_password: who.must_change_password,
    expires_at: new Date(who.expires_at_ms).toISOString(),
  }
}

/** Access control lets nobody in who is unknown; the compiler cannot see that. */
function known(call: Call): Who {
  if (!call.who) throw policyFaults.login_needed({})
  return call.who
}

export const openSession: Handler<'POST /api/v1/session'> = async ({ body }, desk, call) => {
  const user = await desk.logins.check(body.username, body.password, call.address)
  const before = call.who?.session
  if (before) await desk.sessions.close(before.id_hash)
  const { token, who } = await desk.sessions.open(user, call.address)
  call.setSession(token)
  desk.log.event('session.opened', { username: who.username, client: call.address })
  return infoOf(who)
}

export const getSession: Handler<'GET /api/v1/session'> = async (_input, _desk, call) =>
  infoOf(known(call))

export const closeSession: Handler<'DELETE /api/v1/session'> = async (_input, desk, call) => {
  const { session, username } = known(call)
  if (!session) return undefined
  await desk.sessions.close(session.id_hash)
  call.setSession(undefined)
  desk.log.event('session.closed', { username, client: call.address })
  return undefined
}

export const changePassword: Handler<'POST /api/v1/session/password'> = async (
  { body },
  desk,
  call,
) => {
  const { session, username } = known(call)
  if (!session) throw policyFaults.no_password({})
  const { current_password, new_password } = body
  const user = await desk.logins.change(username, current_password, new_password, call.address)
  await desk.sessions.closeAllOf(session.user_id)
  const { token, who } = await desk.sessions.open(user, call.address)
  call.setSession(token)
  await desk.first_login.forget(username)
  desk.log.event('password.changed', { username, client: call.address })
  return infoOf(who)
}
