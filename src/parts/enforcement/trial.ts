/** A request through the rules of a site, without a wire: for replays, tests of rules, and explanations. */
import type { Intervention, Match, Transaction } from '#parts/waf/transaction.ts'
import type { CompiledSite } from './compiled-policy.ts'

/** One character a byte everywhere. */
export type TrialRequest = {
  readonly id: string
  readonly at_ms: number
  readonly client: string
  readonly method: string
  readonly uri: string
  readonly http_version: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Content-decoded; '' when there is none. */
  readonly body: string
}

export type Trial = {
  /** Undefined: let through, also when nobody looked. Not disruptive: it would be refused if the site blocked. */
  readonly intervention: Intervention | undefined
  /** Rules that detect something, in order; without those that only steer or sum up. */
  readonly matches: readonly Match[]
  /** Every rule that matched. */
  readonly all_matches: readonly Match[]
  readonly transaction: Transaction | undefined
}

/** Phases 1 and 2. What rules remember of clients (initcol) begins and ends with it: nobody's trial changes another's. */
export function tryRequest(site: CompiledSite, request: TrialRequest): Trial {
  const transaction = site.begin(
    {
      request_id: request.id,
      at_ms: request.at_ms,
      client_address: request.client,
      client_port: 40_000,
      server_address: '127.0.0.1',
      server_port: 80,
      method: request.method,
      uri: request.uri,
      http_version: request.http_version,
      headers: request.headers,
      is_apart: true,
    },
    request.uri,
  )
  if (transaction === undefined) {
    return { intervention: undefined, matches: [], all_matches: [], transaction }
  }
  const isOver = transaction.requestHeaders()?.disruptive === true
  if (!isOver) transaction.requestBody(request.body === '' ? undefined : request.body)
  return {
    intervention: transaction.intervention,
    matches: transaction.matches.filter((match) => match.is_detection),
    all_matches: transaction.matches,
    transaction,
  }
}
