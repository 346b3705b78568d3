/** What was found in one request, before it is written down: one group for each type of attack. */
import { type AttackType, attackTypeOf } from '#model/attack-type.ts'
import type { Action } from '#model/hit.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { CompiledLimit } from '#parts/enforcement/rate-limits.ts'
import { type Refusal, refusalSentence } from '#parts/http/refusal.ts'
import type { Match } from '#parts/waf/transaction.ts'
import { isTurnedDown } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export type FindingGroup = {
  readonly attack_type: AttackType
  readonly matches: readonly Match[]
  readonly action: Action
  /** One sentence: why. */
  readonly reason: string
}

export type Finding = {
  readonly groups: readonly FindingGroup[]
  /** The rules found something, as against a refusal or a fault. */
  readonly is_attack: boolean
  readonly action: Action
}

/** Undefined when there is nothing to tell. */
export function findingOf(exchange: Exchange): Finding | undefined {
  const { transaction, outcome, passed_fault, body_trouble } = exchange
  const found = transaction?.matches.filter((match) => match.is_detection) ?? []
  // What stays below the threshold is no attack; rules that were cut short never got to the sum.
  const is_judged = !exchange.is_overlimit && outcome?.kind !== 'faulted' && !passed_fault
  const is_attack =
    outcome?.kind === 'blocked' || wouldBlock(exchange) || (!is_judged && found.length > 0)
  const detections = is_attack ? found : []
  const action: Action =
    outcome?.kind === 'blocked' || outcome?.kind === 'overlimit'
      ? 'blocked'
      : isTurnedDown(outcome) || outcome?.kind === 'faulted'
        ? 'refused'
        : 'monitored'
  const groups = byType(detections, action, outcome?.kind === 'blocked' ? scoreWords(exchange) : '')
  if (outcome?.kind === 'blocked' && groups.length === 0)
    groups.push({
      attack_type: 'other',
      matches: transaction?.matches ?? [],
      action,
      reason: `Rule ${outcome.intervention.rule_id} refuses it`,
    })
  if (exchange.is_overlimit) groups.push(overlimit(exchange, action))
  const fault = outcome?.kind === 'faulted' ? outcome.fault : passed_fault
  if (fault !== undefined)
    groups.push({ attack_type: 'engine_fault', matches: [], action, reason: fault.message })
  const trouble = outcome?.kind === 'refused' ? outcome.refusal : body_trouble
  if (trouble !== undefined) groups.push(troubleGroup(trouble, action, body_trouble))
  if (outcome?.kind === 'listed') groups.push(listGroup(outcome.entry))
  if (outcome?.kind === 'limited') groups.push(limitGroup(outcome.limit))
  if (groups.length === 0) return undefined
  return { groups, action, is_attack }
}

/** A rule matched, and nothing came of it: the score stayed below the threshold. */
export function isBelowThreshold(exchange: Exchange): boolean {
  return exchange.transaction?.matches.some((match) => match.is_detection) === true
}

/** Under `monitor`, too, the rules say what they would have done. */
function wouldBlock(exchange: Exchange): boolean {
  return exchange.transaction?.intervention !== undefined
}

function listGroup({ network, origin, reason }: ListEntry): FindingGroup {
  const why = reason === '' ? '' : `: ${reason}`
  const text = `${network} is on the deny list (${origin})${why}`
  return { attack_type: 'ip_list', matches: [], action: 'refused', reason: text }
}

function limitGroup({ name, interval_ms, burst }: CompiledLimit): FindingGroup {
  const per_s = 1000 / interval_ms
  const rate =
    per_s >= 1
      ? `${round(per_s)} a second`
      : per_s * 60 >= 1
        ? `${round(per_s * 60)} a minute`
        : `${round(per_s * 3600)} an hour`
  const reason = `More than ${rate} with ${burst} at once (rate limit ${name})`
  return { attack_type: 'rate_limit', matches: [], action: 'refused', reason }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function byType(matches: readonly Match[], action: Action, why: string): FindingGroup[] {
  const types = new Map<AttackType, Match[]>()
  for (const match of matches) {
    const type = attackTypeOf(match.rule_id, match.tags)
    const list = types.get(type)
    if (list === undefined) types.set(type, [match])
    else list.push(match)
  }
  return [...types].map(([attack_type, found]) => {
    const heaviest = heaviestOf(found)
    const rule =
      heaviest === undefined ? '' : `${heaviest.message || 'matched'} (rule ${heaviest.rule_id})`
    return { attack_type, matches: found, action, reason: why === '' ? rule : `${rule}; ${why}` }
  })
}

/** The match that weighs most; the first of equals. */
export function heaviestOf(matches: readonly Match[]): Match | undefined {
  let best: Match | undefined
  for (const match of matches) if (best === undefined || match.score > best.score) best = match
  return best
}

function scoreWords(exchange: Exchange): string {
  const scores = exchange.transaction?.scores
  if (scores === undefined) return ''
  return scores.outbound > scores.inbound
    ? `outbound anomaly score ${scores.outbound}`
    : `inbound anomaly score ${scores.inbound}`
}

function overlimit(exchange: Exchange, action: Action): FindingGroup {
  const limit = exchange.core.settings.limits.inspect_ms
  const took = Math.round(exchange.inspect_ms)
  const reason = `The rules took ${took} ms, more than the limit of ${limit} ms`
  return { attack_type: 'overlimit_res', matches: [], action, reason }
}

function troubleGroup(
  trouble: Refusal,
  action: Action,
  of_body: Refusal | undefined,
): FindingGroup {
  const is_bomb = of_body?.reason === 'body_too_large'
  return {
    attack_type: is_bomb ? 'data_bomb' : 'protocol',
    matches: [],
    action,
    reason: is_bomb
      ? 'The request body unpacks to more than the limit'
      : refusalSentence(trouble.reason),
  }
}
