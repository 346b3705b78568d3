/** The columns of every table as Kysely sees them; migrations/ makes them. Times are ISO strings in and out. */
import type { ColumnType } from 'kysely'
import type { AttackType } from '#model/attack-type-names.ts'
import type { Action } from '#model/hit.ts'
import type { Role } from '#model/user.ts'

/** A jsonb column: read as what it holds, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>

export type HitsTable = {
  readonly id: string
  readonly request_id: string
  readonly attack_id: string
  readonly at: string
  readonly node: string
  readonly site: string
  readonly client: string
  readonly attack_type: AttackType
  readonly rule_ids: Json<number[]>
  readonly parameter: string
  readonly target: string
  readonly value: string
  readonly decoded_by: Json<string[]>
  readonly score: number
  readonly action: Action
  readonly status: number
  readonly reason: string
  readonly bundle: string
  readonly rule_set: string
  readonly method: string
  readonly uri: string
  readonly matches: Json<unknown>
  readonly request: Json<unknown>
}

export type AttacksTable = {
  readonly id: string
  /** Digest of type, parameter and target: texts of any length cannot be indexed. */
  readonly key: string
  readonly attack_type: AttackType
  readonly parameter: string
  readonly target: string
  readonly site: string
  readonly first_at: string
  readonly last_at: string
  readonly hits: number
  /** Blocked or refused. */
  readonly blocked: number
  readonly refused: number
  readonly clients: number
  readonly client: string
  readonly node: string
  readonly score_max: number
  readonly rule_ids: Json<number[]>
  readonly value: string
  readonly reason: string
  readonly last_hit_id: string
  /** Grows with every write, in the order of commits. */
  readonly change: number
}

export type AttackClientsTable = {
  readonly attack_id: string
  readonly client: string
  readonly hits: number
  readonly blocked: number
  readonly last_at: string
}

/** One row, id 1: its lock puts writers of attacks in a line. */
export type ChangesTable = { readonly id: number; readonly last: number }

export type TrafficTable = {
  /** 10 or 300: how many seconds the row stands for. */
  readonly step_s: number
  /** Start of the step. */
  readonly at: string
  readonly site: string
  readonly node: string
  readonly requests: number
  readonly attacks: number
  readonly blocked: number
  readonly abnormal: number
  readonly faults: number
  readonly upstream_errors: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly inspect_us_sum: number
  readonly inspect_us_buckets: Json<number[]>
}

/** Samples that are already in `traffic`, so that none is counted twice. */
export type TrafficSamplesTable = { readonly id: string; readonly stored_at: string }

export type NodesTable = {
  readonly node: string
  readonly seen_at: string
  readonly status: Json<unknown>
}

export type UsersTable = {
  readonly id: string
  /** In lower case. */
  readonly username: string
  readonly role: Role
  /** PHC string. */
  readonly password_hash: string
  readonly must_change_password: boolean
  readonly created_at: string
  readonly password_changed_at: string | null
}

export type SessionsTable = {
  /** SHA-256 of the token in the cookie, hexadecimal. */
  readonly id_hash: string
  readonly user_id: string
  readonly client: string
  readonly created_at: string
  readonly seen_at: string
}

export type Tables = {
  readonly hits: HitsTable
  readonly attacks: AttacksTable
  readonly attack_clients: AttackClientsTable
  readonly changes: ChangesTable
  readonly traffic: TrafficTable
  readonly traffic_samples: TrafficSamplesTable
  readonly nodes: NodesTable
  readonly users: UsersTable
  readonly sessions: SessionsTable
}
