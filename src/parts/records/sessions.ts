/** Sessions: who is logged in. Only a hash of the token is here, so that a copy of the database opens no door. */
import type { Role } from '#model/user.ts'
import type { Database } from './database.ts'

export type Session = {
  readonly id_hash: string
  readonly user_id: string
  readonly username: string
  readonly role: Role
  readonly must_change_password: boolean
  readonly has_totp: boolean
  readonly created_at: string
  readonly seen_at: string
}

export async function insertSession(
  db: Database,
  session: {
    readonly id_hash: string
    readonly user_id: string
    /** Address that logged in. */
    readonly client: string
    readonly at: string
  },
): Promise<void> {
  const { at, ...rest } = session
  await db.kysely
    .insertInto('sessions')
    .values({ ...rest, created_at: at, seen_at: at })
    .execute()
}

/** With its user as it is now. */
export function findSession(db: Database, id_hash: string): Promise<Session | undefined> {
  return db.kysely
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select([
      'sessions.id_hash',
      'sessions.user_id',
      'users.username',
      'users.role',
      'users.must_change_password',
      'sessions.created_at',
      'sessions.seen_at',
    ])
    .select((row) => row('users.totp_secret', 'is not', null).$castTo<boolean>().as('has_totp'))
    .where('sessions.id_hash', '=', id_hash)
    .executeTakeFirst()
}

export async function touchSession(db: Database, id_hash: string, at: string): Promise<void> {
  await db.kysely
    .updateTable('sessions')
    .set({ seen_at: at })
    .where('id_hash', '=', id_hash)
    .execute()
}

export async function deleteSession(db: Database, id_hash: string): Promise<void> {
  await db.kysely.deleteFrom('sessions').where('id_hash', '=', id_hash).execute()
  await db.durable()
}

/** Ends all sessions of a user, but for the one that is kept. */
export async function deleteSessionsOf(
  db: Database,
  user_id: string,
  kept_id_hash = '',
): Promise<void> {
  await db.kysely
    .deleteFrom('sessions')
    .where('user_id', '=', user_id)
    .where('id_hash', '<>', kept_id_hash)
    .execute()
  await db.durable()
}

/** Clears what has ended: not seen since `seen_before`, or older than `created_before`. */
export async function deleteEndedSessions(
  db: Database,
  ended: { readonly seen_before: string; readonly created_before: string },
): Promise<void> {
  await db.kysely
    .deleteFrom('sessions')
    .where((where) =>
      where.or([
        where('seen_at', '<', ended.seen_before),
        where('created_at', '<', ended.created_before),
      ]),
    )
    .execute()
}
