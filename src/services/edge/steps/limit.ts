/**
 * Limit: what the policy says of a client before anybody looks at what it wants. Lists first (allow,
 * deny, gray), then rate limits. Whoever is on an allow list is kept out by neither, nor by jails;
 * the rules look at its requests like at all others. A site with mode `off` is left alone.
 */
import { networkOf } from '#base/address.ts'
import type { CompiledLimit } from '#parts/enforcement/rate-limits.ts'
import { routingPath } from '#parts/enforcement/site-table.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'
import { sessionOf } from './limit/session.ts'

export function limit(exchange: Exchange): StepResult {
  const { core, site, head } = exchange
  if (head === undefined || site === undefined) throw new Error('limit before route')
  const { mode, name } = site.site
  if (mode === 'off') return undefined
  const { lists } = core.enforcement
  const entry = lists.size === 0 ? undefined : lists.find(exchange.client, name, exchange.at_ms)
  if (entry?.kind === 'deny') return { kind: 'listed', entry }
  exchange.is_strict = mode === 'block' || (mode === 'safe_blocking' && entry?.kind === 'gray')
  if (entry?.kind === 'allow') return undefined
  for (const one of site.compiled.limits(head.method, head.path)) {
    const refused =
      taken(exchange, one, keyOf(exchange, one)) ??
      (one.of_client && taken(exchange, one.of_client, clientKey(exchange)))
    if (refused !== undefined) return refused
  }
  return undefined
}

function taken(exchange: Exchange, one: CompiledLimit, key: string): StepResult {
  const answer = exchange.core.rates.take(one, key)
  if (answer.ok) return undefined
  return { kind: 'limited', limit: one, retry_after_s: answer.retry_after_s }
}

/** Of all sessions of a client. */
function clientKey({ site, client }: Exchange): string {
  return `${site?.site.name ?? ''} all of ${networkOf(client)}`
}

/** What is counted; clients of one IPv6 /64 count as one. Sites share a count only by client, where the limit is for all of them. */
function keyOf(exchange: Exchange, one: CompiledLimit): string {
  const { site, head } = exchange
  const client = networkOf(exchange.client)
  const name = site?.site.name ?? ''
  switch (one.key) {
    case 'client':
      return `${one.site} ${client}`
    case 'client_path':
      return `${name} ${client} ${pathOf(head?.path ?? '')}`
    case 'site':
      return name
    case 'session':
      return `${name} ${sessionOf(head?.headers ?? []) ?? client}`
    default:
      return one.key satisfies never
  }
}

/** In its one spelling, without the query; cut, since the key is kept. */
function pathOf(target: string): string {
  return routingPath(target).slice(0, 256)
}
