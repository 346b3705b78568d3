/** Commits with the files that they name, drafts, imports of settings files, and requests kept for replay. */
import { type Migration, sql } from 'kysely'

const statements = [
  // Documents are JSON in text columns: they are read and written whole, keep their order and may hold any character.
  `create table commits (
    revision bigint primary key,
    bundle_id text not null unique,
    content text not null,
    bundle text not null,
    document text not null,
    author text not null,
    message text not null,
    at timestamptz(3) not null,
    changes bigint not null
  )`,
  `create table content_files (
    sha256 text primary key,
    size_bytes bigint not null,
    bytes bytea not null
  )`,
  `create table commit_files (
    revision bigint not null references commits (revision) on delete cascade,
    sha256 text not null,
    primary key (revision, sha256)
  )`,
  'create index commit_files_sha256 on commit_files (sha256)',
  `create table drafts (
    id uuid primary key,
    name text not null,
    owner text not null,
    base_revision bigint not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    version bigint not null,
    document text not null
  )`,
  'create index drafts_owner on drafts (owner)',
  `create table file_imports (
    id integer primary key check (id = 1),
    hash text not null
  )`,
  `create table recorded_requests (
    id uuid primary key,
    at timestamptz(3) not null,
    site text not null,
    client text not null,
    action text not null,
    size_bytes bigint not null,
    record text not null
  )`,
  'create index recorded_requests_at on recorded_requests (at, id)',
  'create index recorded_requests_site on recorded_requests (site, at, id)',
]

export const policyMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
