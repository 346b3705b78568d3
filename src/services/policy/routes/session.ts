/** Logging in and out, and one's own password. The second factor is in `session-totp.ts`. */
import { Fault } from '#base/fault.ts'
import type { SessionInfo } from '#model/user.ts'
import { deleteSessionsOf } from '#parts/records/sessions.ts'
import { findUser, setPassword } from '#parts/records/users.ts'
import { policyFaults } from '../faults.ts'
import type { Call, Desk, Handler, Who } from '../handler.ts'

export function infoOf(who: Who): SessionInfo {
  return {
    username: who.username,
    role: who.role,
    csrf_token: who.csrf_token,
    must_change_password: who.must_change_password,
    has_totp: who.has_totp,
    expires_at: new Date(who.expires_at_ms).toISOString(),
  }
}

/** Access control lets nobody in who is unknown; the compiler cannot see that. */
export function known(call: Call): Who {
  if (!call.who) throw policyFaults.login_needed({})
  return call.who
}

/** Who has a password. Throws `policy.no_password` for tokens and the local socket. */
export function withSession(call: Call): Who & { readonly session: NonNullable<Who['session']> } {
  const who = known(call)
  const { session } = who
  if (!session) throw policyFaults.no_password({})
  return { ...who, session }
}

export const openSession: Handler<'POST /api/v1/session'> = async ({ body }, desk, call) => {
  const { username, password, totp } = body
  const user = await desk.logins.check(username, password, totp, call.address).catch((error) => {
    return noteFailure(error, username, desk, call)
  })
  const actor = { who: user, address: call.address }
  const before = call.who?.session
  await desk.sessions.sweep()
  const opened = await desk.recordWith(
    actor,
    { action: 'session.open', subject: `user ${user.username}` },
    async (db) => {
      if (before) await desk.sessions.close(before.id_hash, db)
      return desk.sessions.open(user, call.address, db)
    },
  )
  call.setSession(opened.token)
  desk.log.event('session.opened', { username: user.username, client: call.address })
  return infoOf(opened.who)
}

/** Rethrows. A name that is none of ours is not told: people type passwords there. */
async function noteFailure(
  error: unknown,
  username: string,
  desk: Desk,
  call: Call,
): Promise<never> {
  const is_wrong =
    error instanceof Fault &&
    (error.code === 'policy.login_failed' || error.code === 'policy.totp_wrong')
  const told = is_wrong ? desk.failed_logins.next() : undefined
  if (is_wrong && told) {
    const user = await findUser(desk.database, username)
    const subject = user ? `user ${user.username}` : 'an unknown user'
    const actor = { who: undefined, address: call.address }
    await desk.record(actor, 'session.fail', subject, { reason: error.code, ...told })
  }
  throw error
}

export const getSession: Handler<'GET /api/v1/session'> = async (_input, _desk, call) =>
  infoOf(known(call))

export const closeSession: Handler<'DELETE /api/v1/session'> = async (_input, desk, call) => {
  const { session, username } = known(call)
  if (!session) return undefined
  const note = { action: 'session.close', subject: `user ${username}` }
  await desk.recordWith(call, note, (db) => desk.sessions.close(session.id_hash, db))
  call.setSession(undefined)
  desk.log.event('session.closed', { username, client: call.address })
  return undefined
}

export const changePassword: Handler<'POST /api/v1/session/password'> = async (
  { body },
  desk,
  call,
) => {
  const { username } = withSession(call)
  const { current_password, new_password } = body
  const { user, kept } = await desk.logins.change(
    username,
    current_password,
    new_password,
    call.address,
  )
  const note = { action: 'session.change_password', subject: `user ${username}` }
  const { token, who } = await desk.recordWith(call, note, async (db) => {
    if (!(await setPassword(db, user.id, kept, user.password_hash)))
      throw policyFaults.password_wrong({})
    await deleteSessionsOf(db, user.id)
    return desk.sessions.open({ ...user, ...kept }, call.address, db)
  })
  call.setSession(token)
  await desk.first_login.forget(username)
  desk.log.event('password.changed', { username, client: call.address })
  return infoOf(who)
}
