/** What a handler is: takes the checked input of one call, answers by its contract. */
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { z } from '#base/schema.ts'
import type { Api, ApiCall } from '#model/api.ts'
import type { RolloutView } from '#model/draft.ts'
import type { NodeView } from '#model/node-view.ts'
import type { Site } from '#model/site.ts'
import type { Role } from '#model/user.ts'
import type { Param } from '#parts/client/call.ts'
import type { Authority } from '#parts/identity/authority.ts'
import type { Database } from '#parts/records/database.ts'
import type { Health } from './health.ts'
import type { Feed } from './live/feed.ts'
import type { FailedLogins } from './login/failed-logins.ts'
import type { FirstLogin } from './login/first-login.ts'
import type { Logins } from './login/logins.ts'
import type { SecondFactor } from './login/second-factor.ts'
import type { Sessions } from './login/sessions.ts'
import type { Tokens } from './login/tokens.ts'
import type { Publish } from './publish/publish.ts'

/**
 * Who makes a call. `local`: through the socket on this machine, which only its owner may open. `token`: a program with
 * a bearer token, never with more rights than its owner has now.
 */
export type Who = {
  readonly kind: 'local' | 'session' | 'token'
  /** Of a token: its owner. */
  readonly username: string
  readonly role: Role
  /** `` for local and tokens, where no browser can be tricked. */
  readonly csrf_token: string
  readonly must_change_password: boolean
  readonly expires_at_ms: number
  readonly has_totp: boolean
  /** Names the session in the database; undefined for local and tokens. */
  readonly session?: { readonly id_hash: string; readonly user_id: string }
  readonly token?: { readonly id: string; readonly name: string; readonly user_id: string | null }
}

/** Who did it, and from where: what the activity log asks of a call, which is one. */
export type Actor = {
  readonly who: Pick<Who, 'username' | 'token'> | undefined
  readonly address: string
}

/** The activity log as handlers write it; see `recorder.ts`. */
export type Recorder = {
  /**
   * Notes what a call did: `await desk.record(call, 'nodes.revoke', 'node edge-2', { was })`. Never with a secret in
   * `details`. Call it before what it tells, or use `recordWith`. Throws `records.unavailable`.
   */
  record(actor: Actor, action: string, subject: string, details?: Details): Promise<void>
  /**
   * Does `change` and notes it in one transaction: both or neither. `change` uses *only* the database it is given
   * (the embedded one has a single connection), and undoes all by throwing.
   */
  recordWith<T>(
    actor: Actor,
    note: Note | ((result: T) => Note),
    change: (database: Database) => Promise<T>,
  ): Promise<T>
}

export type Details = Readonly<Record<string, unknown>>
export type Note = {
  readonly action: string
  readonly subject: string
  readonly details?: Details
}

/** The cluster as the desk reaches it: what the notifier knows, and nudges that the database has something new. */
export type ClusterDesk = {
  /** What signs bundles and issues certificates. */
  readonly authority: Authority
  /** Where `gatehouse rules add` keeps rule sets. */
  readonly kept_dir: string
  /** `host:port` of the cluster port, for the line that a new node runs. */
  cluster_address(): string
  /** Networks of proxies that edges trust, which no list may deny. */
  trusted_proxies?(): readonly string[]
  nodes(): Promise<readonly NodeView[]>
  rollout(): Promise<RolloutView | null>
  onCommitted(): void
  onListsChanged(): void
  onNodesChanged(): void
  resumeRollout(): Promise<void>
}

/** What every handler may reach. */
export type Desk = Recorder &
  ClusterDesk & {
    readonly database: Database
    readonly clock: Clock
    readonly log: Log
    /** Sites in force. */
    readonly sites: () => readonly Site[]
    readonly sessions: Sessions
    readonly tokens: Tokens
    readonly logins: Logins
    readonly second_factor: SecondFactor
    readonly failed_logins: FailedLogins
    readonly first_login: FirstLogin
    readonly health: Health
    readonly feed: Feed
    readonly publish: Publish
    /** The contract as OpenAPI 3.1. */
    readonly openapi: () => Readonly<Record<string, unknown>>
  }

/** The one call that is being answered. */
export type Call = {
  readonly who: Who | undefined
  /** Address of the peer; `local` for the socket. */
  readonly address: string
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal
  /** Header `Last-Event-ID`. */
  readonly last_event_id: string | undefined
  /** The state that the caller read, from If-Match: the tag without quotes, or `*`; a call with `needs_etag` has it. */
  readonly if_match: string | undefined
  /** Names the state that is answered (header ETag). */
  setEtag(etag: string): void
  /** Cuts the connection. */
  hangUp(): void
  /** Gives the browser its session cookie; undefined takes it away. */
  setSession(token: string | undefined): void
}

/** An answer that is not JSON: text as it comes. The first chunk decides whether there is an answer at all. */
export type TextAnswer = {
  readonly media: string
  readonly file_name?: string
  readonly chunks: AsyncIterable<string>
}

type QueryOf<C> = C extends { readonly query: infer Q extends z.ZodType } ? z.output<Q> : undefined
type BodyOf<C> = C extends { readonly body: infer B extends z.ZodType } ? z.output<B> : undefined

export type HandlerInput<K extends ApiCall> = {
  readonly params: Readonly<Record<Param<K>, string>>
  readonly query: QueryOf<Api[K]>
  readonly body: BodyOf<Api[K]>
}

export type HandlerAnswer<K extends ApiCall> = Api[K] extends { readonly media: unknown }
  ? TextAnswer
  : Api[K] extends { readonly response: infer R extends z.ZodType }
    ? z.output<R>
    : undefined

export type Handler<K extends ApiCall> = (
  input: HandlerInput<K>,
  desk: Desk,
  call: Call,
) => Promise<HandlerAnswer<K>>
