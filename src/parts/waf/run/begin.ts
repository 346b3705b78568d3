/** A transaction: the state of one request, and the phases that move it. */
import { bodyProcessors, type ParsedBody } from '../bodies.ts'
import { variableNamed } from '../compile/templates.ts'
import type { Entry, Program, ResponseFacts, State } from '../program.ts'
import type { Intervention, Transaction, TransactionStart } from '../transaction.ts'
import { requestArguments } from '../variables/arguments.ts'
import { entriesOf } from '../variables/define.ts'
import { requestHeader } from '../variables/request.ts'
import { responseType } from '../variables/response.ts'
import { runPhase } from './evaluate.ts'
import { persistentMemory } from './memory.ts'
import { requestLine } from './request-line.ts'
import { scoresOf } from './scores.ts'
import { keyed, textOf } from './values.ts'

/** Parts of a multipart body that are read; more is an error of the body. */
const multipartPartsMax = 1000

/** Starts a transaction; no rule has run yet. */
export function begin(program: Program, start: TransactionStart): Transaction {
  const own = start.is_apart ? { ...program, memory: persistentMemory() } : program
  const state = initialState(own, start)
  state.body_processor = processorOf(requestHeader(state, 'content-type'))
  return new RunningTransaction(state)
}

type BodyFacts = { readonly truncated?: boolean; readonly error?: string }

/** A class, because getters on a bare object cost a hidden class each, which only a full collection frees. */
class RunningTransaction implements Transaction {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  requestHeaders(): Intervention | undefined {
    return run(this.#state, 1)
  }

  requestBody(body: string | undefined, facts: BodyFacts = {}): Intervention | undefined {
    if (this.#state.phase < 2) {
      readBody(this.#state, body, facts)
      excludeByArguments(this.#state)
    }
    return run(this.#state, 2)
  }

  responseHeaders(response: ResponseFacts): Intervention | undefined {
    this.#state.response = response
    return run(this.#state, 3)
  }

  wantsResponseBody(): boolean {
    const { response_body_access, engine, program } = this.#state
    const types = program.settings.response_body_mime_types
    if (!response_body_access || engine === 'Off') return false
    return types.includes('*') || types.includes(responseType(this.#state))
  }

  responseBody(body: string | undefined, facts: BodyFacts = {}): Intervention | undefined {
    this.#state.response_body = this.#state.response_body_access ? body : undefined
    this.#state.is_response_truncated = facts.truncated === true
    return run(this.#state, 4)
  }

  logging() {
    run(this.#state, 5)
  }

  get matches() {
    return this.#state.matches
  }

  get matches_left_out() {
    return this.#state.matches_left_out
  }

  get is_over_budget() {
    return this.#state.is_over_budget
  }

  get scores() {
    return scoresOf(this.#state)
  }

  get intervention() {
    return this.#state.intervention
  }

  variable(name: string): string | undefined {
    return firstValue(this.#state, name)
  }
}

/** Runs a phase unless it ran before, the request is decided or out of time; the phase for logging always runs. */
function run(state: State, phase: number): Intervention | undefined {
  if (phase <= state.phase) return state.intervention
  const isDecided = state.intervention?.disruptive === true || phase <= state.allowed_to
  const isOver = isDecided || state.is_over_budget
  if (state.engine === 'Off' || (isOver && phase < 5)) state.phase = phase
  else runPhase(state, phase)
  return state.intervention
}

function readBody(state: State, body: string | undefined, facts: BodyFacts) {
  state.is_body_truncated = facts.truncated === true
  state.body_error = facts.error
  if (body === undefined || !state.request_body_access) return
  state.request_body = body
  const processor = bodyProcessors.get(state.body_processor)
  if (processor === undefined) return
  const { arguments_max, json_depth_max } = state.program.settings
  const limits = { arguments_max, json_depth_max, multipart_parts_max: multipartPartsMax }
  state.body = processor(body, requestHeader(state, 'content-type') ?? '', limits)
  state.body_error ??= state.body.error ?? sizeError(state, state.body)
}

/** What was kept from phase 1 is never changed in place: it may be shared by all requests. */
function excludeByArguments(state: State) {
  const { exclusions_by_arguments: ask } = state.start
  if (ask === undefined || state.body_error !== undefined || state.is_body_truncated) return
  // A body that no rule may see could hold arguments that nobody knows here.
  if (!state.request_body_access) return
  const more = ask(requestArguments(state))
  if (more === undefined) return
  const { removed_rules, removed_targets, removed_everywhere } = state
  if (more.rules !== undefined) {
    const rules = more.rules.slice()
    for (let at = 0; at < rules.length; at++) if (removed_rules?.[at] === 1) rules[at] = 1
    state.removed_rules = rules
  }
  if (more.targets !== undefined) {
    const targets = new Map(removed_targets)
    for (const [index, list] of more.targets) {
      targets.set(index, [...(targets.get(index) ?? []), ...list])
    }
    state.removed_targets = targets
  }
  if (more.everywhere !== undefined) {
    state.removed_everywhere = [...(removed_everywhere ?? []), ...more.everywhere]
  }
}

/** SecRequestBodyNoFilesLimit: what is in a body besides files; read as far as it is, but an error of the body. */
function sizeError({ program }: State, body: ParsedBody): string | undefined {
  const { request_body_limit_action, request_body_no_files_limit_bytes: limit } = program.settings
  if (request_body_limit_action !== 'Reject') return undefined
  let size = 0
  for (const [name, value] of body.args) size += name.length + value.length
  return size > limit ? `without its files the body is larger than ${limit} bytes` : undefined
}

/** Forms are recognised by their type; JSON and XML only by a rule (ctl:requestBodyProcessor), as in ModSecurity. */
function processorOf(contentType: string | undefined): string {
  if (contentType === undefined) return ''
  const type = contentType.trimStart().toLowerCase()
  if (type.startsWith('application/x-www-form-urlencoded')) return 'URLENCODED'
  return type.startsWith('multipart/form-data') ? 'MULTIPART' : ''
}

function firstValue(state: State, name: string): string | undefined {
  const colon = name.indexOf(':')
  const place = { file: 'variable', line: 1, column: 1 }
  const variable = variableNamed(colon === -1 ? name : name.slice(0, colon), place)
  const entries = entriesOf(state, variable)
  if (colon === -1) return entries[0]?.value.text
  const folded = name.slice(colon + 1).toLowerCase()
  return entries.find((entry) => entry.folded === folded)?.value.text
}

function variablesOf({ variables }: TransactionStart): Map<string, Entry> {
  const tx = new Map<string, Entry>()
  for (const name in variables) tx.set(name, keyed('TX', name, textOf(variables[name] ?? '')))
  return tx
}

function initialState(program: Program, start: TransactionStart): State {
  return {
    start,
    program,
    line: requestLine(start.uri),
    engine: start.rule_engine ?? program.settings.rule_engine,
    phase: 0,
    allowed_to: 0,
    has_phase_ended: false,
    spent_ms: 0,
    is_over_budget: false,
    lists: new Map(),
    plans: new Array(program.plan_count).fill(undefined),
    tx: variablesOf(start),
    environment: new Map(),
    records: new Map(),
    matched: undefined,
    matched_text: undefined,
    matched_all: [],
    rule: undefined,
    removed_rules: start.exclusions?.rules,
    removed_targets: start.exclusions?.targets,
    removed_everywhere: start.exclusions?.everywhere,
    body_processor: '',
    is_body_forced: false,
    request_body_access: program.settings.request_body_access,
    response_body_access: program.settings.response_body_access,
    request_body: undefined,
    body: undefined,
    body_error: undefined,
    is_body_truncated: false,
    response: undefined,
    response_body: undefined,
    is_response_truncated: false,
    session_id: undefined,
    user_id: undefined,
    highest_severity: 255,
    score_added: 0,
    intervention: undefined,
    matches: [],
    matches_left_out: 0,
  }
}
