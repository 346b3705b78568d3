/** IP lists with their history, system events, what exports have told, and the floor of the lists' changes. */
import { type Migration, sql } from 'kysely'

const statements = [
  `create table ip_list_entries (
    id uuid primary key,
    kind text not null,
    network text not null,
    span inet not null,
    site text not null,
    reason text not null,
    origin text not null,
    created_by text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3),
    ended_at timestamptz(3),
    ended_by text not null,
    revision bigint not null
  )`,
  `create unique index ip_list_entries_active on ip_list_entries (kind, network, site, origin)
    where ended_at is null`,
  'create index ip_list_entries_revision on ip_list_entries (revision)',
  'create index ip_list_entries_created_at on ip_list_entries (created_at, id)',
  'create index ip_list_entries_expires_at on ip_list_entries (expires_at) where ended_at is null',
  'create index ip_list_entries_ended_at on ip_list_entries (ended_at)',
  'create index ip_list_entries_network on ip_list_entries (network)',
  // Changes up to this revision are partly forgotten: whoever stands before it gets everything.
  'create table ip_lists_floor (id integer primary key check (id = 1), revision bigint not null)',
  'insert into ip_lists_floor values (1, 0)',
  `create table events (
    id uuid primary key,
    number bigint not null unique,
    at timestamptz(3) not null,
    hlc text not null,
    node text not null,
    severity smallint not null,
    name text not null,
    message text not null,
    fields jsonb not null
  )`,
  'create index events_hlc on events (hlc, id)',
  'create index events_at on events (at)',
  // One row, id 1: its lock puts writers of events in a line, so that numbers become visible in order.
  'create table events_head (id integer primary key check (id = 1), number bigint not null)',
  'insert into events_head values (1, 0)',
  `create table export_cursors (
    target text primary key,
    events bigint not null,
    attacks bigint not null
  )`,
]

export const eventsMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
