/** What a policy would do with a recorded request. */
import { unprintable } from '#model/printable.ts'
import type { RecordedRequest } from '#model/replay.ts'
import type { Match } from '#parts/waf/transaction.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import { tryRequest } from './trial.ts'

export type Verdict =
  | {
      readonly kind: 'judged'
      readonly site: string
      readonly action: 'passed' | 'monitored' | 'blocked'
      /** An attack by the thresholds of the site, whatever its mode makes of it. */
      readonly would_block: boolean
      /** Of rules that detect something, each once. */
      readonly rule_ids: readonly number[]
      /** `ARGS:id`, each once. */
      readonly parameters: readonly string[]
      readonly matches: readonly Match[]
    }
  | { readonly kind: 'not_replayable'; readonly why: string }

/**
 * Judges a recorded request by the rules of phases 1 and 2. Limits and lists are not asked: they depend on more than the request.
 * `at_ms`: when; exceptions that have expired by then do not count. Without it, when it was recorded.
 */
export function judge(
  policy: CompiledPolicy,
  recorded: RecordedRequest,
  at_ms = Date.parse(recorded.at),
): Verdict {
  const { request } = recorded
  if (request.is_cut) return { kind: 'not_replayable', why: 'only a part of it was kept' }
  const uri = unprintable(request.uri)
  const site = policy.find(recorded.host, uri)
  if (typeof site === 'string') {
    const where = site === 'host' ? recorded.host : `${recorded.host} at this path`
    return { kind: 'not_replayable', why: `no site serves ${where}` }
  }
  const { intervention, matches } = tryRequest(site, {
    id: recorded.id,
    at_ms,
    client: recorded.client,
    method: unprintable(request.method),
    uri,
    http_version: request.http_version,
    headers: request.headers.map(([name, value]) => [unprintable(name), unprintable(value)]),
    body: unprintable(request.body),
  })
  const would_block = intervention !== undefined
  return {
    kind: 'judged',
    site: site.site.name,
    action: !would_block ? 'passed' : intervention.disruptive ? 'blocked' : 'monitored',
    would_block,
    rule_ids: [...new Set(matches.map((match) => match.rule_id))],
    parameters: [...new Set(matches.map((match) => match.variable))].filter((name) => name !== ''),
    matches,
  }
}
