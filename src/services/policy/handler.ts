/** What a handler is: takes the checked input of one call, answers by its contract. */
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { z } from '#base/schema.ts'
import type { Api, ApiCall } from '#model/api.ts'
import type { Site } from '#model/site.ts'
import type { Role } from '#model/user.ts'
import type { Param } from '#parts/client/call.ts'
import type { Database } from '#parts/records/database.ts'
import type { Health } from './health.ts'
import type { Feed } from './live/feed.ts'
import type { FirstLogin } from './login/first-login.ts'
import type { Logins } from './login/logins.ts'
import type { Sessions } from './login/sessions.ts'

/** Who makes a call. `local`: through the socket on this machine, which only its owner may open. */
export type Who = {
  readonly kind: 'local' | 'session'
  readonly username: string
  readonly role: Role
  /** `` for local, where no browser can be tricked. */
  readonly csrf_token: string
  readonly must_change_password: boolean
  readonly expires_at_ms: number
  /** Names the session in the database; undefined for local. */
  readonly session?: { readonly id_hash: string; readonly user_id: string }
}

/** What every handler may reach. */
export type Desk = {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Sites in force. */
  readonly sites: () => readonly Site[]
  readonly sessions: Sessions
  readonly logins: Logins
  readonly first_login: FirstLogin
  readonly health: Health
  readonly feed: Feed
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
