/** Users: who there is, what each may do, and help for those who cannot log in. */
import { uuidv7 } from '#base/id.ts'
import type { Role, UserView } from '#model/user.ts'
import type { Database } from '#parts/records/database.ts'
import { deleteSessionsOf } from '#parts/records/sessions.ts'
import {
  createUser,
  findUser,
  listUsers,
  removeUser,
  setPassword,
  setRole,
  type User,
} from '#parts/records/users.ts'
import { removeTotp } from '#parts/records/users-totp.ts'
import { policyFaults } from '../faults.ts'
import type { Handler } from '../handler.ts'

/** The list is read in one piece. */
const users_max = 1_000
/** The activity log calls others so. */
const reserved: ReadonlySet<string> = new Set(['local', 'gatehouse', 'nobody'])

function viewOf(user: User): UserView {
  const { username, role, must_change_password, created_at, last_login_at, totp_secret } = user
  const has_totp = totp_secret !== null
  return { username, role, has_totp, must_change_password, created_at, last_login_at }
}

/** Throws `policy.not_found`. */
async function named(db: Database, username: string): Promise<User> {
  const user = await findUser(db, username)
  if (user) return user
  throw policyFaults.not_found({ what: `the user "${username}"` })
}

/** Throws what stands against it, so that the transaction is undone. */
function demand(outcome: 'done' | 'last' | 'gone', username: string): void {
  if (outcome === 'last') throw policyFaults.last_administrator({ username })
  if (outcome === 'gone') throw policyFaults.not_found({ what: `the user "${username}"` })
}

export const listAllUsers: Handler<'GET /api/v1/users'> = async (_input, { database }) => ({
  users: (await listUsers(database)).map(viewOf),
})

export const addUser: Handler<'POST /api/v1/users'> = async ({ body }, desk, call) => {
  const username = body.username.toLowerCase()
  if (reserved.has(username)) throw policyFaults.user_exists({ username })
  if ((await listUsers(desk.database)).length >= users_max) {
    throw policyFaults.too_many({ what: 'users', count_max: users_max })
  }
  // Hashed before the transaction: the embedded database has one connection, and hashing waits its turn.
  const { password, kept } = await desk.logins.oneTime()
  const now = desk.clock.now()
  const user = {
    id: uuidv7(now),
    username,
    role: body.role,
    password_hash: kept.password_hash,
    must_change_password: true,
    created_at: new Date(now).toISOString(),
  }
  const details = { role: body.role }
  const note = { action: 'users.create', subject: `user ${username}`, details }
  await desk.recordWith(call, note, async (db) => {
    if (!(await createUser(db, user))) throw policyFaults.user_exists({ username })
  })
  return { username, one_time_password: password }
}

export const writeUser: Handler<'PUT /api/v1/users/{username}'> = async (
  { params, body },
  desk,
  call,
) => {
  const { role } = body
  const { before, user } = await desk.recordWith(
    call,
    (done: { before: Role; user: User }) => ({
      action: 'users.write',
      subject: `user ${done.user.username}`,
      details: { before: { role: done.before }, after: { role } },
    }),
    async (db) => {
      const user = await named(db, params.username)
      demand(await setRole(db, user.id, role), user.username)
      await deleteSessionsOf(db, user.id)
      return { before: user.role, user: { ...user, role } }
    },
  )
  const { username } = user
  desk.log.event('user.role_changed', { username, before, after: role, client: call.address })
  return viewOf(user)
}

export const deleteUser: Handler<'DELETE /api/v1/users/{username}'> = async (
  { params },
  desk,
  call,
) => {
  const { username } = await desk.recordWith(
    call,
    (user: User) => ({
      action: 'users.remove',
      subject: `user ${user.username}`,
      details: { role: user.role },
    }),
    async (db) => {
      const user = await named(db, params.username)
      demand(await removeUser(db, user.id), user.username)
      return user
    },
  )
  desk.log.event('user.removed', { username, client: call.address })
  return undefined
}

export const resetPassword: Handler<'POST /api/v1/users/{username}/password-reset'> = async (
  { params },
  desk,
  call,
) => {
  const user = await named(desk.database, params.username)
  const { password, kept } = await desk.logins.oneTime()
  const note = { action: 'users.reset_password', subject: `user ${user.username}` }
  await desk.recordWith(call, note, async (db) => {
    await setPassword(db, user.id, kept)
    await deleteSessionsOf(db, user.id)
  })
  const by = call.who?.username ?? ''
  desk.log.event('password.reset', { username: user.username, by, client: call.address })
  return { username: user.username, one_time_password: password }
}

export const removeUsersTotp: Handler<'DELETE /api/v1/users/{username}/totp'> = async (
  { params },
  desk,
  call,
) => {
  const user = await named(desk.database, params.username)
  const note = { action: 'users.remove_totp', subject: `user ${user.username}` }
  await desk.recordWith(call, note, async (db) => {
    await removeTotp(db, user.id)
    await deleteSessionsOf(db, user.id)
  })
  return undefined
}
