/** Hits, attacks, traffic and nodes. */
import { type Migration, sql } from 'kysely'

const statements = [
  `create table changes (
    id integer primary key check (id = 1),
    last bigint not null
  )`,
  'insert into changes values (1, 0)',
  `create table hits (
    id uuid primary key,
    request_id uuid not null,
    attack_id uuid not null,
    at timestamptz(3) not null,
    node text not null,
    site text not null,
    client text not null,
    attack_type text not null,
    rule_ids jsonb not null,
    parameter text not null,
    target text not null,
    value text not null,
    decoded_by jsonb not null,
    score bigint not null,
    action text not null,
    status bigint not null,
    reason text not null,
    bundle text not null,
    rule_set text not null,
    method text not null,
    uri text not null,
    matches jsonb not null,
    request jsonb not null
  )`,
  'create index hits_at on hits (at, id)',
  'create index hits_attack on hits (attack_id, at, id)',
  'create index hits_client on hits (client, at, id)',
  'create index hits_request on hits (request_id)',
  `create table attacks (
    id uuid primary key,
    key uuid not null,
    attack_type text not null,
    parameter text not null,
    target text not null,
    site text not null,
    first_at timestamptz(3) not null,
    last_at timestamptz(3) not null,
    hits bigint not null,
    blocked bigint not null,
    refused bigint not null,
    clients bigint not null,
    client text not null,
    node text not null,
    score_max bigint not null,
    rule_ids jsonb not null,
    value text not null,
    reason text not null,
    last_hit_id uuid not null,
    change bigint not null
  )`,
  'create index attacks_key on attacks (key, last_at)',
  'create index attacks_last_at on attacks (last_at, id)',
  'create index attacks_change on attacks (change)',
  'create index attacks_rule_ids on attacks using gin (rule_ids jsonb_path_ops)',
  `create table attack_clients (
    attack_id uuid not null,
    client text not null,
    hits bigint not null,
    blocked bigint not null,
    last_at timestamptz(3) not null,
    primary key (attack_id, client)
  )`,
  'create index attack_clients_client on attack_clients (client, attack_id)',
  `create table traffic (
    step_s integer not null,
    at timestamptz(3) not null,
    site text not null,
    node text not null,
    requests bigint not null,
    attacks bigint not null,
    blocked bigint not null,
    abnormal bigint not null,
    faults bigint not null,
    upstream_errors bigint not null,
    bytes_in bigint not null,
    bytes_out bigint not null,
    inspect_us_sum bigint not null,
    inspect_us_buckets jsonb not null,
    primary key (step_s, at, site, node)
  )`,
  `create table traffic_samples (
    id uuid primary key,
    stored_at timestamptz(3) not null
  )`,
  'create index traffic_samples_stored_at on traffic_samples (stored_at)',
  `create table nodes (
    node text primary key,
    seen_at timestamptz(3) not null,
    status jsonb not null
  )`,
]

export const attacksMigration: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
