/**
 * Hits: what was found in one request becomes records, one for each type of attack, printable and
 * without secrets.
 */
import { uuidv7 } from '#base/id.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { Hit, MatchRecord } from '#model/hit.ts'
import { printable } from '#model/printable.ts'
import type { Match } from '#parts/waf/transaction.ts'
import { noSite } from './counters.ts'
import { statusOf } from './exchange/outcome.ts'
import type { Exchange } from './exchange/state.ts'
import { type Finding, type FindingGroup, heaviestOf } from './hits/finding.ts'
import { bodyBytes, maskedParts } from './hits/masked-parts.ts'
import { cut, requestRecord } from './hits/request-record.ts'
import { places } from './hits/spans.ts'
import type { Masking } from './masking.ts'

/** More matches of one type say nothing new. */
const matches_max = 40
const value_bytes_max = 4096
const step_bytes_max = 1024
const steps_max = 12
/**
 * Looked at beyond the kept bytes, so that a secret is known that begins within them: as many as
 * the longest thing known by its looks.
 */
const beyond_bytes = 256
/** How much of what a rule was given is looked through for secrets. */
const raw_bytes_max = 32_768

/** The records of one request. */
export function hitsOf(exchange: Exchange, finding: Finding): Hit[] {
  const { core, head, outcome, arrival } = exchange
  const { uri, headers, body, masking } = maskedParts(exchange)
  const status =
    outcome === undefined
      ? (exchange.answer?.status ?? 101)
      : statusOf(outcome, exchange.site?.site.block_status ?? 403)
  const question = uri.indexOf('?')
  const path = masking.uri.slice(0, question < 0 ? uri.length : question)
  const placeOf = places(uri, headers, body)
  return finding.groups.map((group) => {
    const heaviest = heaviestOf(group.matches)
    return {
      id: uuidv7(core.world.clock.now()),
      request_id: exchange.id,
      at: new Date(exchange.at_ms).toISOString(),
      node: core.node,
      site: exchange.site?.site.name ?? noSite,
      client: exchange.client,
      attack_type: group.attack_type,
      rule_ids: [...new Set(group.matches.map((match) => match.rule_id))],
      parameter: heaviest === undefined ? '' : parameterOf(heaviest, masking),
      target: cut(printable((head?.host ?? '') + path), 1024),
      value:
        heaviest === undefined
          ? ''
          : printable(hiderOf(heaviest, masking)(heaviest.value, value_bytes_max)),
      decoded_by:
        heaviest === undefined ? [] : [...new Set(heaviest.steps.map((s) => s.transformation))],
      score: group.matches.reduce((sum, match) => sum + match.score, 0),
      action: group.action,
      status,
      reason: reasonOf(group, masking),
      bundle: exchange.policy?.bundle ?? '',
      rule_set: exchange.policy?.compiled.rule_set ?? '',
      matches: group.matches.slice(0, matches_max).map((match) => matchRecord(match, masking)),
      request: requestRecord({
        method: head?.method ?? arrival.request.method ?? '',
        http_version: head?.version ?? arrival.request.httpVersion,
        masking,
        body_bytes: bodyBytes(exchange),
        matches: group.matches.slice(0, matches_max),
        placeOf,
      }),
    }
  })
}

function reasonOf(group: FindingGroup, masking: Masking): string {
  const reason =
    group.reason === '' || (masking.is_full && group.matches.length > 0)
      ? attackTypeNames[group.attack_type]
      : masking.text(group.reason)
  return cut(printable(reason), 1024)
}

/** The collection is no secret, the key may quote one. */
function parameterOf(match: Match, masking: Masking): string {
  const variable = match.variable.slice(0, 512 + beyond_bytes)
  const key = variable.indexOf(':') + 1
  if (!masking.is_full) return cut(printable(masking.text(variable)), 512)
  return key === 0
    ? variable
    : cut(variable.slice(0, key) + masking.shape(variable.slice(key)), 512)
}

/**
 * Hides what is secret in the texts of a match: all of them when what the rule was given holds a
 * secret, for a transformed secret is still one.
 */
function hiderOf(match: Match, masking: Masking): (text: string, bytes_max: number) => string {
  const is_secret = isSecretMatch(match, masking)
  return (text, bytes_max) =>
    is_secret
      ? masking.shape(text.slice(0, bytes_max))
      : masking.text(text.slice(0, bytes_max + beyond_bytes)).slice(0, bytes_max)
}

function isSecretMatch(match: Match, masking: Masking): boolean {
  // What was not looked through may stand anywhere in a transformed value.
  if (match.raw_value.length > raw_bytes_max && match.steps.length > 0) return true
  return masking.isSecret(match.variable, match.raw_value.slice(0, raw_bytes_max))
}

function matchRecord(match: Match, masking: Masking): MatchRecord {
  const is_secret = isSecretMatch(match, masking)
  const hide = hiderOf(match, masking)
  const value = hide(match.value, value_bytes_max)
  const is_placed = match.matched_at >= 0 && match.matched_at <= value.length
  const end = Math.min(match.matched_at + match.matched_text.length, value.length)
  return {
    rule_id: match.rule_id,
    message: messageOf(match, masking),
    data: is_secret
      ? '(masked: the value is secret)'
      : cut(printable(masking.text(match.data)), 4096),
    severity: match.severity,
    tags: match.tags.slice(0, 40),
    file: match.file,
    line: match.line,
    // Written by whoever wrote the rule: a backslash stands for itself.
    operator: cut(printable(match.operator).replaceAll('\\\\', '\\'), 4096),
    score: match.score,
    paranoia_level: match.paranoia_level ?? null,
    phase: match.phase,
    variable: parameterOf(match, masking),
    raw_value: printable(hide(match.raw_value, value_bytes_max)),
    value: printable(value),
    steps: match.steps.slice(0, steps_max).map((step) => ({
      transformation: step.transformation,
      value: printable(hide(step.value, step_bytes_max)),
    })),
    highlight_start: is_placed ? printable(value.slice(0, match.matched_at)).length : -1,
    highlight_end: is_placed ? printable(value.slice(0, end)).length : -1,
  }
}

function messageOf(match: Match, masking: Masking): string {
  // A message may quote what it found.
  if (masking.is_full && match.message !== '') return '(masked: the request holds too many secrets)'
  return cut(printable(masking.text(match.message)), 1024)
}
