/** The columns of every table as Kysely sees them; migrations/ makes them. Times are ISO strings in and out. */
import type { ColumnType, Generated } from 'kysely'
import type { AttackType } from '#model/attack-type-names.ts'
import type { RolloutView } from '#model/draft.ts'
import type { SystemEvent } from '#model/event.ts'
import type { Action } from '#model/hit.ts'
import type { ListKind } from '#model/ip-list.ts'
import type { NodeRole } from '#model/node-role.ts'
import type { RecordedRequest } from '#model/replay.ts'
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
  readonly last_login_at: Generated<string | null>
  /** Sealed with the key file of the policy servers; null without a second factor. */
  readonly totp_secret: Generated<string | null>
  /** Sealed too; not confirmed yet. */
  readonly totp_pending: Generated<string | null>
  readonly totp_pending_at: Generated<string | null>
  /** Newest time step whose code was used: none counts twice. */
  readonly totp_used_step: Generated<number | null>
}

export type SessionsTable = {
  /** SHA-256 of the token in the cookie, hexadecimal. */
  readonly id_hash: string
  readonly user_id: string
  readonly client: string
  readonly created_at: string
  readonly seen_at: string
}

export type TokensTable = {
  readonly id: string
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string
  readonly name: string
  readonly kind: 'personal' | 'deploy'
  readonly role: Role
  /** Null: made through the local socket. */
  readonly user_id: string | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

export type ActivityTable = {
  readonly number: number
  readonly at: string
  readonly who: string
  readonly client: string
  readonly action: string
  readonly subject: string
  readonly details: Json<Record<string, unknown>>
  readonly hash: string
}

/** One row, id 1: its lock puts writers of activity in a line. */
export type ActivityHeadTable = {
  readonly id: number
  readonly number: number
  readonly hash: string
}

export type CommitsTable = {
  readonly revision: number
  readonly bundle_id: string
  /** Names what is enforced: the same for two commits of one policy. */
  readonly content: string
  /** JSON of the SignedBundle. */
  readonly bundle: string
  /** JSON of the document, normalised. */
  readonly document: string
  readonly author: string
  readonly message: string
  readonly at: string
  readonly changes: number
}

export type ContentFilesTable = {
  readonly sha256: string
  readonly size_bytes: number
  readonly bytes: Uint8Array
}

/** Which commits name a file; a file that none names is removed. */
export type CommitFilesTable = { readonly revision: number; readonly sha256: string }

export type DraftsTable = {
  readonly id: string
  readonly name: string
  readonly owner: string
  /** 0: made before the first commit. */
  readonly base_revision: number
  readonly created_at: string
  readonly updated_at: string
  /** Grows with every write. */
  readonly version: number
  readonly document: string
}

/** One row, id 1: digest of what was last taken from a settings file. */
export type FileImportsTable = { readonly id: number; readonly hash: string }

export type RecordedRequestsTable = {
  readonly id: string
  readonly at: string
  readonly site: string
  readonly client: string
  readonly action: RecordedRequest['action']
  readonly size_bytes: number
  /** JSON of the RecordedRequest. */
  readonly record: string
}

export type ClusterNodesTable = {
  readonly id: string
  readonly name: string
  readonly roles: Json<NodeRole[]>
  readonly group: string
  readonly address: string
  readonly version: string
  readonly protocol: number
  readonly joined_at: string
  readonly certificate_expires_at: string
  readonly last_connection_at: string | null
  readonly revoked_at: string | null
  readonly removed_at: string | null
  readonly state: Json<unknown> | null
}

export type InvitesTable = {
  readonly id: string
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string
  readonly roles: Json<NodeRole[]>
  readonly group: string
  readonly created_by: string
  readonly created_at: string
  readonly expires_at: string
  readonly withdrawn_at: string | null
  readonly used_at: string | null
  readonly node_id: string | null
  readonly node: string
  readonly csr_hash: string
}

export type RolloutsTable = {
  readonly revision: number
  readonly content: string
  readonly state: RolloutView['state']
  readonly plan: Json<unknown>
}

/** One row, id 1: its lock puts writers of the live lists in a line. */
export type ListsRevisionTable = { readonly id: number; readonly last: number }

export type IpListEntriesTable = {
  readonly id: string
  readonly kind: ListKind
  /** One spelling: `203.0.113.9`, `203.0.113.0/24`. */
  readonly network: string
  /** The same for comparing. */
  readonly span: string
  readonly site: string
  readonly reason: string
  readonly origin: string
  readonly created_by: string
  readonly created_at: string
  readonly expires_at: string | null
  readonly ended_at: string | null
  /** Who took it away, or `expiry`. */
  readonly ended_by: string
  /** Of the lists, at the last change of this entry. */
  readonly revision: number
}

export type IpListsFloorTable = { readonly id: number; readonly revision: number }

export type EventsTable = {
  readonly id: string
  /** Grows with every row, in the order of commits. */
  readonly number: number
  readonly at: string
  readonly hlc: string
  readonly node: string
  /** Place in the list of severities: 0 is the worst. */
  readonly severity: number
  readonly name: string
  readonly message: string
  readonly fields: Json<SystemEvent['fields']>
}

/** One row, id 1: its lock puts writers of events in a line. */
export type EventsHeadTable = { readonly id: number; readonly number: number }

/** What each export has told already. */
export type ExportCursorsTable = {
  readonly target: string
  readonly events: number
  readonly attacks: number
  /** The analytics service that tells it. */
  readonly holder: string
  readonly held_until: string
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
  readonly cluster_nodes: ClusterNodesTable
  readonly invites: InvitesTable
  readonly rollouts: RolloutsTable
  readonly lists_revision: ListsRevisionTable
  readonly tokens: TokensTable
  readonly activity: ActivityTable
  readonly activity_head: ActivityHeadTable
  readonly commits: CommitsTable
  readonly content_files: ContentFilesTable
  readonly commit_files: CommitFilesTable
  readonly drafts: DraftsTable
  readonly file_imports: FileImportsTable
  readonly recorded_requests: RecordedRequestsTable
  readonly ip_list_entries: IpListEntriesTable
  readonly ip_lists_floor: IpListsFloorTable
  readonly events: EventsTable
  readonly events_head: EventsHeadTable
  readonly export_cursors: ExportCursorsTable
}
