/**
 * Hits: what was found in one request becomes records, one for each type of attack, printable and
 * without secrets.
 */
import { uuidv7 } from '#base/id.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { Hit, MatchRecord } from '#model/hit.ts'
import { printable } from '#model/printable.ts'
import { headField, pairsOf } from '#parts/http/headers.ts'
import type { Match } from '#parts/waf/transaction.ts'
import { noSite } from './counters.ts'
import { statusOf } from './exchange/outcome.ts'
import type { Exchange } from './exchange/state.ts'
import { type Finding, type FindingGroup, heaviestOf } from './hits/finding.ts'
import { cut, requestRecord } from './hits/request-record.ts'
import { type Masking, maskRequest } from './masking.ts'

/** More matches of one type say nothing new. */
const matches_max = 40
const value_bytes_max = 4096
const step_bytes_max = 1024
const steps_max = 12
/** How much of a body is looked through for secrets and kept in part. */
const body_bytes_max = 65_536

/** The records of one request. */
export function hitsOf(exchange: Exchange, finding: Finding): Hit[] {
  const { core, head, outcome, arrival } = exchange
  const uri = head?.target ?? arrival.request.url ?? ''
  const headers = head?.headers ?? pairsOf(arrival.request.rawHeaders)
  const body = (exchange.plain_body ?? exchange.body?.toString('latin1') ?? '').slice(
    0,
    body_bytes_max,
  )
  const type = head === undefined ? '' : headField(head, 'content-type')
  const masking = maskRequest(uri, headers, body, type)
  const status =
    outcome === undefined
      ? (exchange.answer?.status ?? 101)
      : statusOf(outcome, exchange.site?.site.block_status ?? 403)
  const question = uri.indexOf('?')
  const path = masking.text(question < 0 ? uri : uri.slice(0, question))
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
          : printable(shownValue(heaviest, masking).slice(0, value_bytes_max)),
      decoded_by:
        heaviest === undefined ? [] : [...new Set(heaviest.steps.map((s) => s.transformation))],
      score: group.matches.reduce((sum, match) => sum + match.score, 0),
      action: group.action,
      status,
      reason: reasonOf(group, masking),
      bundle: core.bundle,
      rule_set: core.rule_set,
      matches: group.matches.slice(0, matches_max).map((match) => matchRecord(match, masking)),
      request: requestRecord({
        method: head?.method ?? arrival.request.method ?? '',
        http_version: head?.version ?? arrival.request.httpVersion,
        raw: { uri, headers, body },
        masking,
        body_bytes: exchange.streamed?.bytes() ?? exchange.body?.length ?? 0,
        matches: group.matches,
      }),
    }
  })
}

function reasonOf(group: FindingGroup, masking: Masking): string {
  const reason = group.reason === '' ? attackTypeNames[group.attack_type] : group.reason
  return cut(printable(masking.text(reason)), 1024)
}

function parameterOf(match: Match, masking: Masking): string {
  return cut(printable(masking.text(match.variable)), 512)
}

/**
 * What the operator saw, masked as a whole when any of it is secret: a transformed secret is still
 * one.
 */
function shownValue(match: Match, masking: Masking): string {
  return masking.isSecret(match.variable, match.raw_value)
    ? masking.shape(match.value)
    : masking.text(match.value)
}

function matchRecord(match: Match, masking: Masking): MatchRecord {
  const is_secret = masking.isSecret(match.variable, match.raw_value)
  const hide = (text: string, bytes_max: number): string =>
    (is_secret ? masking.shape(text) : masking.text(text)).slice(0, bytes_max)
  const value = hide(match.value, value_bytes_max)
  const is_placed = match.matched_at >= 0 && match.matched_at <= value.length
  const end = Math.min(match.matched_at + match.matched_text.length, value.length)
  return {
    rule_id: match.rule_id,
    message: cut(printable(masking.text(match.message)), 1024),
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
