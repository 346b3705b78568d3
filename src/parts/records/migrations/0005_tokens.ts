/** Second factors, tokens for programs, and the activity log, which the database itself keeps from being changed. */
import { type Migration, sql } from 'kysely'

const statements = [
  `alter table users
    add column last_login_at timestamptz(3),
    add column totp_secret text,
    add column totp_pending text,
    add column totp_pending_at timestamptz(3),
    add column totp_used_step bigint`,
  `create table tokens (
    id uuid primary key,
    token_hash text not null unique,
    name text not null,
    kind text not null,
    role text not null,
    user_id uuid references users (id) on delete cascade,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3),
    last_used_at timestamptz(3)
  )`,
  'create index tokens_user on tokens (user_id)',
  `create table activity (
    number bigint primary key,
    at timestamptz(3) not null,
    who text not null,
    client text not null,
    action text not null,
    subject text not null,
    details jsonb not null,
    hash text not null
  )`,
  'create table activity_head (id int primary key check (id = 1), number bigint not null, hash text not null)',
  "insert into activity_head (id, number, hash) values (1, 0, '')",
  `create function activity_refuse() returns trigger language plpgsql as
    $$ begin raise exception 'entries of the activity log are never changed'; end $$`,
  `create trigger activity_stays before update or delete on activity
    for each row execute function activity_refuse()`,
  `create trigger activity_is_never_emptied before truncate on activity
    for each statement execute function activity_refuse()`,
]

export const tokensMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
