/** Nodes of the cluster, invitations, roll-outs, and the counter of the live lists. */
import { type Migration, sql } from 'kysely'

const statements = [
  `create table cluster_nodes (
    id uuid primary key,
    name text not null,
    roles jsonb not null,
    "group" text not null,
    address text not null,
    version text not null,
    protocol integer not null,
    joined_at timestamptz(3) not null,
    certificate_expires_at timestamptz(3) not null,
    last_connection_at timestamptz(3),
    revoked_at timestamptz(3),
    removed_at timestamptz(3),
    state jsonb
  )`,
  // A name belongs to one node that counts; those that are cut off or gone leave theirs free.
  `create unique index cluster_nodes_name on cluster_nodes (lower(name))
    where revoked_at is null and removed_at is null`,
  `create table invites (
    id uuid primary key,
    token_hash text not null unique,
    roles jsonb not null,
    "group" text not null,
    created_by text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    withdrawn_at timestamptz(3),
    used_at timestamptz(3),
    node_id uuid,
    node text not null,
    csr_hash text not null
  )`,
  'create index invites_created_at on invites (created_at)',
  `create table rollouts (
    revision bigint primary key,
    content text not null,
    state text not null,
    plan jsonb not null
  )`,
  'create index rollouts_content on rollouts (content, revision)',
  `create table lists_revision (
    id integer primary key check (id = 1),
    last bigint not null
  )`,
  'insert into lists_revision values (1, 0)',
]

export const clusterMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
