/**
 * One request and its answer on their way through the edge: identity, what is known so far, what is
 * held for it.
 */
import type { Duplex } from 'node:stream'
import type { Fault } from '#base/fault.ts'
import type { StreamedBody } from '#parts/http/body.ts'
import type { Head } from '#parts/http/head.ts'
import type { Arrival } from '#parts/http/listen.ts'
import type { Refusal } from '#parts/http/refusal.ts'
import type { Relay } from '#parts/http/relay.ts'
import type { Transaction } from '#parts/waf/transaction.ts'
import type { Core } from '../core.ts'
import type { SiteCounters } from '../counters.ts'
import type { PolicyInForce, SiteDesk } from '../enforcement.ts'
import type { Outcome } from './outcome.ts'

/** The upstream's answer, as far as it has come. */
export type Answer = {
  readonly status: number
  readonly message: string
  /** Flat list, without the fields of the connection behind us. */
  readonly headers: string[]
  /** Bytes held back until the rules have seen them. */
  readonly chunks: Buffer[]
  held_bytes: number
  /** Everything has come. */
  has_ended: boolean
  trailers: readonly string[]
}

export class Exchange {
  readonly core: Core
  readonly arrival: Arrival
  readonly id: string
  /** Wall clock, milliseconds. */
  readonly at_ms: number
  /** Monotonic, milliseconds. */
  readonly started: number

  /** The policy that was in force when it began, and stays its own until it ends. */
  readonly policy: PolicyInForce | undefined

  /** Index of the next step. */
  step = 0
  head: Head | undefined = undefined
  client: string
  site: SiteDesk | undefined = undefined
  counters: SiteCounters
  /** What the rules refuse is refused: the mode says so, for this client. */
  is_strict = false
  transaction: Transaction | undefined = undefined
  inspect_ms = 0
  is_overlimit = false
  /** The engine failed and the site's on_fault let the request pass. */
  passed_fault: Fault | undefined = undefined
  /** Something about the body that is worth a record: it could not be decoded. */
  body_trouble: Refusal | undefined = undefined

  /** The request body as sent, when it is held. */
  body: Buffer | undefined = undefined
  /** The body as the rules see it. */
  plain_body: string | undefined = undefined
  is_body_cut = false
  /** Bytes taken from the room for bodies. */
  held_bytes = 0
  bytes_in = 0
  /** A body that flows on to the upstream while it comes, and how much has. */
  streamed: StreamedBody | undefined = undefined

  relay: Relay | undefined = undefined
  answer: Answer | undefined = undefined
  /** Where the upstream's bytes go: `hold` keeps them, `deliver` sends them. */
  onAnswerData: ((chunk: Buffer) => void) | undefined = undefined
  onAnswerEnd: (() => void) | undefined = undefined
  upgraded: { readonly headers: string[]; readonly socket: Duplex } | undefined = undefined

  outcome: Outcome | undefined = undefined
  is_recorded = false
  /** The head of an answer went to the client: nothing can be taken back. */
  is_answered = false
  is_closed = false
  /** The client reads slower than the upstream writes. */
  is_paused = false
  status = 0
  bytes_out = 0

  constructor(core: Core, arrival: Arrival, id: string, at_ms: number, started: number) {
    this.core = core
    this.arrival = arrival
    this.id = id
    this.at_ms = at_ms
    this.started = started
    this.client = arrival.connection.peer
    this.counters = core.unrouted
    this.policy = core.enforcement.policy
  }

  /** Takes the exchange on from where a step waited. */
  proceed(outcome?: Outcome): void {
    this.core.proceed(this, outcome)
  }

  /** The bytes that follow are not HTTP (parts/http/connection.ts). */
  refuse(refusal: Refusal): boolean {
    if (this.isRead()) return false
    this.proceed({ kind: 'refused', refusal })
    return true
  }

  /** Has the request come whole? */
  isRead(): boolean {
    if (this.head === undefined) return false
    return (
      !this.head.has_body || this.arrival.request.readableEnded || this.arrival.request.complete
    )
  }
}
