/** Users of console and API. Names are kept and found in lower case. */
import type { Role } from '#model/user.ts'
import type { Database } from './database.ts'
import { hasNul } from './engine/text.ts'

export type User = {
  readonly id: string
  readonly username: string
  readonly role: Role
  /** PHC string; never leaves the server. */
  readonly password_hash: string
  readonly must_change_password: boolean
  readonly created_at: string
  /** Null until the first password was changed. */
  readonly password_changed_at: string | null
  readonly last_login_at: string | null
  /** Sealed; null without a second factor. Never leaves the server. */
  readonly totp_secret: string | null
  /** Sealed; waits to be confirmed since `totp_pending_at`. */
  readonly totp_pending: string | null
  readonly totp_pending_at: string | null
  readonly totp_used_step: number | null
}

/** What a user begins with; the rest comes with use. */
export type NewUser = Pick<
  User,
  'id' | 'username' | 'role' | 'password_hash' | 'must_change_password' | 'created_at'
>

/** False when the name is taken; nothing is changed then. Throws `records.unavailable`. */
export async function createUser(db: Database, user: NewUser): Promise<boolean> {
  const result = await db.kysely
    .insertInto('users')
    .values({ ...user, username: user.username.toLowerCase(), password_changed_at: null })
    .onConflict((conflict) => conflict.column('username').doNothing())
    .executeTakeFirst()
  await db.durable()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function findUser(db: Database, username: string): Promise<User | undefined> {
  if (hasNul([username])) return undefined
  return db.kysely
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username.toLowerCase())
    .executeTakeFirst()
}

/** By name. */
export function listUsers(db: Database): Promise<User[]> {
  return db.kysely.selectFrom('users').selectAll().orderBy('username').execute()
}

/** True until somebody was made a user. */
export async function hasNoUsers(db: Database): Promise<boolean> {
  const one = await db.kysely.selectFrom('users').select('id').limit(1).executeTakeFirst()
  return one === undefined
}

/**
 * A new password by whoever sets it for the user; `changed_at` is null when the user must choose an own one. With
 * `known_hash` only in the place of that one: false when another one is there by now.
 */
export async function setPassword(
  db: Database,
  user_id: string,
  password: {
    readonly password_hash: string
    readonly must_change_password: boolean
    readonly password_changed_at: string | null
  },
  known_hash?: string,
): Promise<boolean> {
  const all = db.kysely.updateTable('users').set(password).where('id', '=', user_id)
  const one = known_hash === undefined ? all : all.where('password_hash', '=', known_hash)
  const { numUpdatedRows } = await one.executeTakeFirst()
  await db.durable()
  return numUpdatedRows === 1n
}

/**
 * Notes a login of who proved to know this password and second factor; false when one of them is another by now, or the
 * user is gone. In a transaction that also opens the session: whoever changes the password at the same time waits, and
 * then ends that session, or comes first, and there is none.
 */
export async function noteLogin(
  db: Database,
  user: Pick<User, 'id' | 'password_hash' | 'totp_secret'>,
  at: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db.kysely
    .updateTable('users')
    .set({ last_login_at: at })
    .where('id', '=', user.id)
    .where('password_hash', '=', user.password_hash)
    .where('totp_secret', 'is not distinct from', user.totp_secret)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Gives another role; `last` when the user is the only administrator and would be none, `gone` when there is no such
 * user. Call it in a transaction: two who demote each other at once wait for one another there.
 */
export async function setRole(
  db: Database,
  user_id: string,
  role: Role,
): Promise<'done' | 'last' | 'gone'> {
  if (role !== 'administrator' && (await isLastAdministrator(db, user_id))) return 'last'
  const { numUpdatedRows } = await db.kysely
    .updateTable('users')
    .set({ role })
    .where('id', '=', user_id)
    .executeTakeFirst()
  return numUpdatedRows === 1n ? 'done' : 'gone'
}

/** With all sessions and tokens. As `setRole` it wants a transaction. */
export async function removeUser(db: Database, user_id: string): Promise<'done' | 'last' | 'gone'> {
  if (await isLastAdministrator(db, user_id)) return 'last'
  const { numDeletedRows } = await db.kysely
    .deleteFrom('users')
    .where('id', '=', user_id)
    .executeTakeFirst()
  return numDeletedRows === 1n ? 'done' : 'gone'
}

/** Locks all administrators, always in the same order, so that the answer holds until the transaction ends. */
async function isLastAdministrator(db: Database, user_id: string): Promise<boolean> {
  const administrators = await db.kysely
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .orderBy('id')
    .forUpdate()
    .execute()
  return administrators.length === 1 && administrators[0]?.id === user_id
}
