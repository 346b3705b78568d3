/** Helping a user who cannot log in. */
import { findUser } from '#parts/records/users.ts'
import { policyFaults } from '../faults.ts'
import type { Handler } from '../handler.ts'

export const resetPassword: Handler<'POST /api/v1/users/{username}/password-reset'> = async (
  { params },
  desk,
  call,
) => {
  const user = await findUser(desk.database, params.username)
  if (!user) throw policyFaults.not_found({ what: `the user "${params.username}"` })
  const one_time_password = await desk.logins.reset(user)
  await desk.sessions.closeAllOf(user.id)
  const by = call.who?.username ?? ''
  desk.log.event('password.reset', { username: user.username, by, client: call.address })
  return { username: user.username, one_time_password }
}
