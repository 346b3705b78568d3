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
}

/** False when the name is taken; nothing is changed then. Throws `records.unavailable`. */
export async function createUser(
  db: Database,
  user: Omit<User, 'password_changed_at'>,
): Promise<boolean> {
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

/** True until somebody was made a user. */
export async function hasNoUsers(db: Database): Promise<boolean> {
  const one = await db.kysely.selectFrom('users').select('id').limit(1).executeTakeFirst()
  return one === undefined
}

/** A new password by whoever sets it for the user; `changed_at` is null when the user must choose an own one. */
export async function setPassword(
  db: Database,
  user_id: string,
  password: {
    readonly password_hash: string
    readonly must_change_password: boolean
    readonly password_changed_at: string | null
  },
): Promise<void> {
  await db.kysely.updateTable('users').set(password).where('id', '=', user_id).execute()
  await db.durable()
}
