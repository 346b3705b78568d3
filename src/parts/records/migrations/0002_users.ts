/** Users and their sessions. */
import { type Migration, sql } from 'kysely'

const statements = [
  `create table users (
    id uuid primary key,
    username text not null unique,
    role text not null,
    password_hash text not null,
    must_change_password boolean not null,
    created_at timestamptz(3) not null,
    password_changed_at timestamptz(3)
  )`,
  `create table sessions (
    id_hash text primary key,
    user_id uuid not null references users (id) on delete cascade,
    client text not null,
    created_at timestamptz(3) not null,
    seen_at timestamptz(3) not null
  )`,
  'create index sessions_user on sessions (user_id)',
  'create index sessions_seen_at on sessions (seen_at)',
]

export const usersMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
