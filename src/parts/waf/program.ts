/** What rules are once loaded, and what a transaction holds while they run. Shapes only. */
import type { Place } from '#parts/seclang/tree.ts'
import type { ParsedBody } from './bodies.ts'
import type { Regex } from './regex.ts'
import type { Kinds } from './run/byte-kinds.ts'
import type { Intervention, Match, TransactionStart } from './transaction.ts'

/** A byte string of the request (latin1) with everything that was made of it so far, by number of the chain. */
export type Text = {
  readonly text: string
  made: (Text | undefined)[] | undefined
  /** Kinds of its bytes (`byte-kinds.ts`), once they have been read. */
  is_read: boolean
  marks: number
  others: number
}

/** One value that rules can look at: `ARGS:id`. */
export type Entry = {
  readonly collection: string
  /** '' when the variable has one value. */
  readonly key: string
  /** The key in lower case: keys are compared without regard to case. */
  readonly folded: string
  readonly value: Text
  /** What a MATCHED_VARS entry was copied from. */
  readonly origin: Entry | undefined
}

/** A chain of transformations as a node in a tree of shared prefixes; number 0 is the empty chain. */
export type ChainNode = {
  readonly number: number
  readonly name: string
  readonly before: ChainNode | undefined
  readonly transform: (value: string) => string
  /** May change any value. Otherwise only one with a byte of the kinds `triggers`. */
  readonly is_always: boolean
  readonly triggers: Kinds
  /** Without a byte of these kinds, none appears in the result but those of the value and of `adds`. */
  readonly decoder_triggers: Kinds
  readonly adds: Kinds
  /** From the first transformation to this one. */
  readonly nodes: readonly ChainNode[]
}

/** What a plan yields in this phase, and the kinds of bytes in all of it, once they have been read. */
export type PlanValues = {
  readonly entries: readonly Entry[]
  is_read: boolean
  marks: number
  others: number
}

/** Text with macros. `constant` is the whole text when it has none. */
export type Template = {
  readonly source: string
  readonly constant: string | undefined
  expand(state: State): string
}

export type Variable = {
  /** Upper case. */
  readonly name: string
  /** 'one' value, 'many' with keys, or 'named': many, but only as `NAME:key`. */
  readonly shape: 'one' | 'many' | 'named'
  /** From which phase on its content stands; 'live' when rules can change it while they run. */
  readonly settled: 1 | 2 | 3 | 4 | 'live'
  readonly read: (state: State) => readonly Entry[]
  /** A quick way to one key (lower case), when there is one. */
  readonly find?: (state: State, folded: string) => Entry | undefined
}

export type Choice =
  | { readonly kind: 'all' }
  | { readonly kind: 'name'; readonly folded: string }
  | { readonly kind: 'pattern'; readonly regex: Regex }

export type Exclusion = { readonly collection: string; readonly choice: Choice }

export type Target = {
  readonly variable: Variable
  readonly choice: Choice
  readonly is_count: boolean
  readonly exclusions: readonly Exclusion[]
  /** As a rule writes it: `&ARGS:id`. */
  readonly source: string
}

/** The targets of a rule; rules with the same targets share one. */
export type TargetPlan = {
  readonly number: number
  readonly targets: readonly Target[]
  /** False when rules can change what it yields while a phase runs. */
  readonly is_settled: boolean
  /** When it is one value of a collection that can be found by its key. */
  readonly single: ((state: State) => Entry | undefined) | undefined
}

/** What an operator hit; captures[0] is the whole. */
export type Located = {
  readonly at: number
  readonly text: string
  readonly captures: readonly (string | undefined)[]
}

export type Operator = {
  /** Before any negation. */
  matches(value: string, state: State): boolean
  /** A value that lacks one of these cannot match; asked before `matches`. */
  readonly needs?: () => readonly Kinds[]
  /** What was hit; asked only after a match. Without it the match has no span and captures nothing. */
  locate?(value: string, state: State): Located | undefined
}

/** Something a rule does when it matches. */
export type Effect = (state: State, rule: Rule) => void

export type Disposition =
  | { readonly kind: 'pass' }
  | { readonly kind: 'allow'; readonly scope: 'transaction' | 'phase' | 'request' }
  | { readonly kind: 'deny' | 'drop'; readonly status: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: Template }

/** One link of a chain; a rule without `chain` has one. */
export type Link = {
  readonly place: Place
  /** Undefined for SecAction: it always matches. */
  readonly plan: TargetPlan | undefined
  readonly operator: Operator
  /** The operator's, once they have been asked for. */
  needs: readonly Kinds[] | undefined
  /** As written. */
  readonly operator_text: string
  readonly is_negated: boolean
  readonly chain: ChainNode
  readonly is_multi_match: boolean
  readonly is_capturing: boolean
  /** Run for every target that matches, before the next link is looked at. */
  readonly effects: readonly Effect[]
}

export type Rule = {
  readonly id: number
  readonly index: number
  readonly phase: number
  readonly place: Place
  readonly links: readonly Link[]
  readonly disposition: Disposition
  readonly is_logged: boolean
  readonly message: Template
  readonly data: Template
  readonly severity: string
  readonly severity_rank: number
  readonly tags: readonly string[]
  readonly version: string
  readonly revision: string
  readonly paranoia_level: number | undefined
  readonly is_detection: boolean
  /** Label of `skipAfter`. */
  readonly skip_after: string | undefined
  /** Count of `skip`. */
  readonly skip: number
}

/** A rule in its phase with the index to go on at when it matched. */
export type Step = { readonly rule: Rule; readonly next: number; readonly next_on_match: number }

export type Settings = {
  readonly rule_engine: 'On' | 'DetectionOnly' | 'Off'
  readonly request_body_access: boolean
  readonly request_body_limit_bytes: number
  readonly request_body_no_files_limit_bytes: number
  readonly request_body_limit_action: 'Reject' | 'ProcessPartial'
  readonly response_body_access: boolean
  readonly response_body_limit_bytes: number
  readonly response_body_limit_action: 'Reject' | 'ProcessPartial'
  /** Lower case; '*' means all. */
  readonly response_body_mime_types: readonly string[]
  readonly arguments_max: number
  readonly json_depth_max: number
  readonly argument_separator: string
  readonly collection_timeout_s: number
  readonly signature: string
}

/** A persistent collection's record, in the memory of one process. */
export type StoredVariable = {
  readonly value: string
  readonly expires_ms: number
  /** `expirevar` set the time. */
  readonly is_fixed: boolean
}
export type StoredRecord = Map<string, StoredVariable>

export type PersistentMemory = {
  /** The record of a key; made when missing, forgotten when unused longest and the bound is reached. */
  open(collection: string, key: string, now_ms: number): StoredRecord
}

export type Program = {
  /** Steps of phases 1 to 5 at indexes 1 to 5. */
  readonly phases: readonly (readonly Step[])[]
  readonly rules: readonly Rule[]
  readonly settings: Settings
  readonly plan_count: number
  readonly memory: PersistentMemory
}

export type RequestLine = {
  readonly path: string
  readonly query: string
  /** Path and query, without scheme and host. */
  readonly uri: string
  readonly filename: string
  readonly basename: string
}

export type ResponseFacts = {
  readonly status: number
  readonly http_version: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** One request under way. Only the files in `run/` and the effects change it. */
export type State = {
  readonly start: TransactionStart
  readonly program: Program
  readonly line: RequestLine
  engine: 'On' | 'DetectionOnly' | 'Off'
  phase: number
  /** Set by `allow`: phases up to this one are passed over. */
  allowed_to: number
  has_phase_ended: boolean
  /** Time in phases so far, when it is measured. */
  spent_ms: number
  is_over_budget: boolean
  /** Values of settled variables, by number of the variable. */
  readonly lists: Map<Variable, readonly Entry[]>
  readonly plans: (PlanValues | undefined)[]
  readonly tx: Map<string, Entry>
  readonly environment: Map<string, Entry>
  readonly records: Map<string, StoredRecord>
  /** The value that matched last, and what the transformations had made of it. */
  matched: Entry | undefined
  matched_text: Text | undefined
  /** What the last link of the chain matched. */
  matched_all: readonly Entry[]
  rule: Rule | undefined
  /** By index of the rule. Those of `start.exclusions` are shared: a rule that removes more makes a copy first. */
  removed_rules: Uint8Array | undefined
  removed_targets: Map<number, readonly Exclusion[]> | undefined
  /** What no rule looks at. */
  removed_everywhere: readonly Exclusion[] | undefined
  body_processor: string
  is_body_forced: boolean
  request_body_access: boolean
  response_body_access: boolean
  request_body: string | undefined
  body: ParsedBody | undefined
  body_error: string | undefined
  is_body_truncated: boolean
  response: ResponseFacts | undefined
  response_body: string | undefined
  is_response_truncated: boolean
  session_id: string | undefined
  user_id: string | undefined
  highest_severity: number
  /** What the rule that runs has added to the anomaly scores since its last match. */
  score_added: number
  intervention: Intervention | undefined
  readonly matches: Match[]
  matches_left_out: number
}
