/** Tokens of programs. Only a hash is here, so that a copy of the database opens no door. */
import type { Role, TokenView } from '#model/user.ts'
import type { Database } from './database.ts'

export type Token = Omit<TokenView, 'owner'> & {
  /** Null: made through the local socket, and as strong as it. */
  readonly user_id: string | null
  /** Null when there is no owner. */
  readonly username: string | null
  /** Of the owner, as it is now. */
  readonly owner_role: Role | null
  readonly must_change_password: boolean | null
}

export async function insertToken(
  db: Database,
  token: {
    readonly id: string
    readonly token_hash: string
    readonly name: string
    readonly kind: TokenView['kind']
    readonly role: Role
    readonly user_id: string | null
    readonly created_at: string
    readonly expires_at: string | null
  },
): Promise<void> {
  await db.kysely.insertInto('tokens').values(token).execute()
  await db.durable()
}

/** Also one that has expired. */
export function findToken(db: Database, token_hash: string): Promise<Token | undefined> {
  return tokens(db).where('tokens.token_hash', '=', token_hash).executeTakeFirst()
}

export function getToken(db: Database, id: string): Promise<Token | undefined> {
  return tokens(db).where('tokens.id', '=', id).executeTakeFirst()
}

/** Newest first; of one user, or all. */
export function listTokens(db: Database, user_id?: string | null): Promise<Token[]> {
  const all = tokens(db).orderBy('tokens.created_at', 'desc').orderBy('tokens.id')
  if (user_id === undefined) return all.execute()
  return user_id === null
    ? all.where('tokens.user_id', 'is', null).execute()
    : all.where('tokens.user_id', '=', user_id).execute()
}

function tokens(db: Database) {
  return db.kysely
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .select([
      'tokens.id',
      'tokens.name',
      'tokens.kind',
      'tokens.role',
      'tokens.user_id',
      'tokens.created_at',
      'tokens.expires_at',
      'tokens.last_used_at',
      'users.username',
      'users.role as owner_role',
      'users.must_change_password',
    ])
}

export async function touchToken(db: Database, id: string, at: string): Promise<void> {
  await db.kysely.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute()
}

/** False when it was gone already. */
export async function deleteToken(db: Database, id: string): Promise<boolean> {
  const result = await db.kysely.deleteFrom('tokens').where('id', '=', id).executeTakeFirst()
  await db.durable()
  return result.numDeletedRows === 1n
}

/** Forgets tokens that expired before this time. */
export async function deleteExpiredTokens(db: Database, before: string): Promise<void> {
  await db.kysely.deleteFrom('tokens').where('expires_at', '<', before).execute()
}
