/**
 * Inspect: the rules' four phases, each timed; what they say is turned into what happens, by the
 * site's mode.
 */

import { fieldOf, pairsOf } from '#parts/http/headers.ts'
import { type DecodedContent, decodeContent, decodePrefix } from '#parts/waf/content-decoding.ts'
import type { Intervention } from '#parts/waf/transaction.ts'
import type { Outcome, StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

/** Phase 1. A site with mode `off` gets no transaction, and every later phase is skipped. */
export function inspectHead(exchange: Exchange): StepResult {
  const { head, site, core, arrival } = exchange
  if (head === undefined || site === undefined || site.site.mode === 'off') return undefined
  const { clock } = core.world
  return timed(exchange, () => {
    const start = {
      request_id: exchange.id,
      at_ms: exchange.at_ms,
      client_address: exchange.client,
      client_port: arrival.connection.peer_port,
      server_address: arrival.connection.local,
      server_port: arrival.connection.local_port,
      method: head.method,
      uri: head.target,
      http_version: head.version,
      headers: head.headers,
      is_gray: exchange.is_strict,
      elapsed_ms: () => clock.elapsed() - exchange.started,
      budget_ms: core.settings.limits.inspect_ms,
    }
    exchange.transaction = site.compiled.begin(start, head.path)
    return exchange.transaction?.requestHeaders()
  })
}

/** Phase 2. */
export function inspectBody(exchange: Exchange): StepResult {
  const { transaction } = exchange
  if (transaction === undefined || isSilenced(exchange)) return undefined
  return timed(exchange, () =>
    transaction.requestBody(exchange.plain_body, {
      truncated: exchange.is_body_cut,
      ...(exchange.body_trouble === undefined ? {} : { error: exchange.body_trouble.reason }),
    }),
  )
}

/** Phase 3. */
export function inspectAnswerHead(exchange: Exchange): StepResult {
  const { transaction, answer, site } = exchange
  if (transaction === undefined || answer === undefined || isSilenced(exchange)) return undefined
  if (site?.site.inspect_responses !== true) return undefined
  return timed(exchange, () =>
    transaction.responseHeaders({
      status: answer.status,
      http_version: '1.1',
      headers: pairsOf(answer.headers),
    }),
  )
}

/** Phase 4, on what `hold` held back. */
export function inspectAnswerBody(exchange: Exchange): StepResult {
  const { transaction, answer, core } = exchange
  if (transaction === undefined || answer === undefined || isSilenced(exchange)) return undefined
  if (exchange.site?.site.inspect_responses !== true) return undefined
  return timed(exchange, () => {
    if (answer.held_bytes === 0) return transaction.responseBody(undefined)
    const bytes = Buffer.concat(answer.chunks)
    const encoding = fieldOf(answer.headers, 'content-encoding')
    const limit = core.settings.limits.inspect_body
    const { content, is_whole } = decodeAnswer(encoding, bytes, limit)
    if (content.kind === 'refused') return transaction.responseBody(undefined, { truncated: true })
    const plain = content.kind === 'decoded' ? content.bytes : bytes
    return transaction.responseBody(plain.toString('latin1', 0, limit), {
      truncated: !answer.has_ended || !is_whole || plain.length > limit,
    })
  })
}

/** All of it, or what can be read of one that is cut off, too large, or followed by other bytes. */
function decodeAnswer(
  encoding: string,
  bytes: Buffer,
  limit: number,
): { readonly content: DecodedContent; readonly is_whole: boolean } {
  const limits = { output_bytes_max: limit, ratio_max: 1000 }
  const whole = decodeContent(encoding, bytes, limits)
  if (whole.kind !== 'refused') return { content: whole, is_whole: true }
  return { content: decodePrefix(encoding, bytes, limits), is_whole: false }
}

/** Failed or out of time: the rules have had their say on this request. */
function isSilenced(exchange: Exchange): boolean {
  return exchange.passed_fault !== undefined || exchange.is_overlimit
}

function timed(exchange: Exchange, phase: () => Intervention | undefined): Outcome | undefined {
  const { clock } = exchange.core.world
  const before = clock.elapsed()
  let intervention: Intervention | undefined
  try {
    intervention = phase()
  } finally {
    exchange.inspect_ms += clock.elapsed() - before
  }
  if (intervention?.disruptive === true) return { kind: 'blocked', intervention }
  const is_over = exchange.inspect_ms > exchange.core.settings.limits.inspect_ms
  if (!is_over && exchange.transaction?.is_over_budget !== true) return undefined
  exchange.is_overlimit = true
  exchange.counters.overlimits_time++
  return exchange.is_strict ? { kind: 'overlimit' } : undefined
}
