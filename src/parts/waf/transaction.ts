/** One request on its way through the rules: five phases, in order, each at most once. */
import type { Exclusions } from './exclusions.ts'

export type TransactionStart = {
  readonly request_id: string
  /** Wall clock at the start of the request, milliseconds since the epoch. */
  readonly at_ms: number
  readonly client_address: string
  readonly client_port: number
  readonly server_address: string
  readonly server_port: number
  readonly method: string
  /** The request target as sent. */
  readonly uri: string
  /** `1.1` */
  readonly http_version: string
  /** As sent, one character a byte (latin1), in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The site's mode; overrides the SecRuleEngine directive. */
  readonly rule_engine?: 'On' | 'DetectionOnly' | 'Off'
  /** Milliseconds since the start of the request, for DURATION and the budget. */
  readonly elapsed_ms?: () => number
  /**
   * Milliseconds that the phases may take together. A phase that takes longer ends after the rule it is at, later ones
   * but logging do not run, and `is_over_budget` says so. Needs `elapsed_ms`; without it there is no limit.
   */
  readonly budget_ms?: number
  /**
   * Variables of TX, by lower-case name, that stand before the first rule. A SecAction that would set one of them sets
   * nothing: files that set up a rule set say what holds when nobody decides otherwise. A SecRule with a condition may.
   */
  readonly variables?: Readonly<Record<string, string>>
  /** Rules and targets that do not count for this request; made by the rule set that runs it. */
  readonly exclusions?: Exclusions
  /**
   * More of them that depend on the arguments: asked once, before the first rule of phase 2, and only when all arguments are
   * known: not of a body that is cut off or broken.
   */
  readonly exclusions_by_arguments?: (args: RequestArguments) => Exclusions | undefined
  /** A trial: it finds no collection (initcol) of another request, and leaves none behind. */
  readonly is_apart?: boolean
}

/** Names and values of the query and of the body, decoded, one character a byte, in order. */
export type RequestArguments = readonly (readonly [name: string, value: string])[]

/** What the rules want done with the request. */
export type Intervention = {
  readonly kind: 'deny' | 'drop' | 'redirect'
  readonly status: number
  readonly rule_id: number
  readonly location?: string
  /** False under DetectionOnly: it would have been done. */
  readonly disruptive: boolean
}

/** One rule that matched one value. */
export type Match = {
  readonly rule_id: number
  readonly phase: number
  readonly message: string
  /** `logdata`, macros expanded; like the message at most 2,048 bytes. */
  readonly data: string
  readonly severity: string
  readonly tags: readonly string[]
  readonly version: string
  readonly file: string
  readonly line: number
  /** As written: `@rx ^a`. */
  readonly operator: string
  /** What this match added to the anomaly scores. */
  readonly score: number
  /** From the tag `paranoia-level/N`. */
  readonly paranoia_level: number | undefined
  /** `ARGS:id` */
  readonly variable: string
  /** After the transformations, one character a byte. */
  readonly value: string
  readonly raw_value: string
  /** The transformations that changed the value. */
  readonly steps: readonly { readonly transformation: string; readonly value: string }[]
  /** What the operator hit in `value`; '' when it does not say. */
  readonly matched_text: string
  /** Offset in `value`; -1 when the operator does not say. */
  readonly matched_at: number
  /** Adds to an anomaly score or is disruptive by itself; false for flow control and the evaluation of scores. */
  readonly is_detection: boolean
}

export type Transaction = {
  /** Phase 1. */
  requestHeaders(): Intervention | undefined
  /** Phase 2. The body is content-decoded, one character a byte; undefined when there is none. */
  requestBody(
    body: string | undefined,
    facts?: { readonly truncated?: boolean; readonly error?: string },
  ): Intervention | undefined
  /** Phase 3. */
  responseHeaders(response: {
    readonly status: number
    readonly http_version: string
    readonly headers: readonly (readonly [name: string, value: string])[]
  }): Intervention | undefined
  /** Whether phase 4 wants the body: access is on and the type is one that is inspected. */
  wantsResponseBody(): boolean
  /** Phase 4. */
  responseBody(
    body: string | undefined,
    facts?: { readonly truncated?: boolean },
  ): Intervention | undefined
  /** Phase 5. Nothing changes afterwards. */
  logging(): void
  /** Every rule that matched and is to be logged, in order; at most 500. */
  readonly matches: readonly Match[]
  /** How many matches found no room. */
  readonly matches_left_out: number
  /** The time for rules was used up: not all of them have been asked. */
  readonly is_over_budget: boolean
  /** Anomaly scores up to the blocking paranoia level, by the names of CRS 3.3 and 4. */
  readonly scores: { readonly inbound: number; readonly outbound: number }
  /** The first one. */
  readonly intervention: Intervention | undefined
  /** The first value of a variable (`TX:blocking_paranoia_level`, `ARGS:id`), for tests and explanations. */
  variable(name: string): string | undefined
}
