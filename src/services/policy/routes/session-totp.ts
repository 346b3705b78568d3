/** One's own second factor: begin, confirm, stop. */
import { deleteSessionsOf } from '#parts/records/sessions.ts'
import { findUser } from '#parts/records/users.ts'
import { confirmTotp, removeTotp, setPendingTotp } from '#parts/records/users-totp.ts'
import { policyFaults } from '../faults.ts'
import type { Handler } from '../handler.ts'
import { infoOf, withSession } from './session.ts'

export const beginTotp: Handler<'POST /api/v1/session/totp'> = async ({ body }, desk, call) => {
  const { username } = withSession(call)
  const user = await desk.logins.confirm(username, body.current_password, call.address)
  // A stolen session and password must not put another factor in the place of the one that stops them.
  if (user.totp_secret !== null) throw policyFaults.totp_exists({})
  const { secret, uri, sealed } = desk.second_factor.begin(user)
  const note = { action: 'session.begin_totp', subject: `user ${username}` }
  await desk.recordWith(call, note, (db) =>
    setPendingTotp(db, user.id, {
      totp_pending: sealed,
      totp_pending_at: new Date(desk.clock.now()).toISOString(),
    }),
  )
  return { secret, uri }
}

export const confirmOwnTotp: Handler<'PUT /api/v1/session/totp'> = async ({ body }, desk, call) => {
  const { username } = withSession(call)
  const user = await findUser(desk.database, username)
  if (!user) throw policyFaults.login_needed({})
  if (user.totp_secret !== null) throw policyFaults.totp_exists({})
  const confirmed = desk.second_factor.confirm(user, body.totp)
  const note = { action: 'session.confirm_totp', subject: `user ${username}` }
  const { token, who } = await desk.recordWith(call, note, async (db) => {
    if (!(await confirmTotp(db, user.id, confirmed))) throw policyFaults.totp_not_begun({})
    await deleteSessionsOf(db, user.id)
    return desk.sessions.open({ ...user, ...confirmed }, call.address, db)
  })
  call.setSession(token)
  return infoOf(who)
}

export const removeOwnTotp: Handler<'DELETE /api/v1/session/totp'> = async (
  { body },
  desk,
  call,
) => {
  const { username, session } = withSession(call)
  const user = await desk.logins.confirm(username, body.current_password, call.address)
  if (user.totp_secret === null) throw policyFaults.totp_missing({})
  await desk.second_factor.check(user, body.totp)
  const note = { action: 'session.remove_totp', subject: `user ${username}` }
  await desk.recordWith(call, note, async (db) => {
    await removeTotp(db, user.id)
    await deleteSessionsOf(db, user.id, session.id_hash)
  })
  return undefined
}
