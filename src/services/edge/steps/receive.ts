/**
 * Receive: hold the request body for the rules, as far as they look; what they do not look at
 * streams on.
 */
import type { ServerResponse } from 'node:http'
import type { CompiledPolicy } from '#parts/enforcement/compiled-policy.ts'
import { type CollectedBody, collectBody, streamBody } from '#parts/http/body.ts'
import { headField } from '#parts/http/headers.ts'
import { type RefusalReason, refusal } from '#parts/http/refusal.ts'
import { decodeContent, decodePrefix } from '#parts/waf/content-decoding.ts'
import type { Outcome, StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function receive(exchange: Exchange): StepResult {
  const { head, core, arrival, transaction, site, policy } = exchange
  if (head === undefined || site === undefined || !head.has_body) return undefined
  if (arrival.expects_continue) (arrival.response as ServerResponse).writeContinue()
  const wants =
    transaction !== undefined && exchange.passed_fault === undefined && !exchange.is_overlimit
  const limit =
    wants && policy?.compiled.ruleset.settings.request_body_access ? inspectLimit(exchange) : 0
  if (limit === 0) {
    streamOn(exchange, undefined)
    return undefined
  }
  const bytes_max = Math.min(limit, site.site.body_size_max)
  const limits = { bytes_max, silence_ms: core.settings.timeouts.body }
  collectBody(arrival.request, limits, core.room, core.world.clock, (body, held) => {
    // The client may have been gone before its body was.
    if (exchange.is_closed) core.room.give(held)
    else exchange.held_bytes = held
    exchange.bytes_in = held
    exchange.proceed(take(exchange, body, limit))
  })
  return 'wait'
}

function take(exchange: Exchange, body: CollectedBody, limit: number): Outcome | undefined {
  switch (body.kind) {
    case 'silent':
      return refuse('body_timeout')
    case 'gone':
      return { kind: 'gone' }
    case 'no_room':
      return refuse('too_busy')
    case 'over': {
      if (body.bytes.length > (exchange.site?.site.body_size_max ?? 0))
        return refuse('body_too_large')
      const { request_body_limit_action } = settingsOf(exchange)
      if (exchange.is_strict && request_body_limit_action === 'Reject')
        return refuse('body_too_large')
      exchange.is_body_cut = true
      const outcome = decode(exchange, body.bytes, limit)
      if (outcome === undefined) streamOn(exchange, body.bytes)
      return outcome
    }
    case 'whole':
      exchange.body = body.bytes
      return decode(exchange, body.bytes, limit)
  }
}

/** Makes the body, or what has come of it, readable for the rules; the original bytes go upstream. */
function decode(exchange: Exchange, bytes: Buffer, limit: number): Outcome | undefined {
  const encoding = exchange.head === undefined ? '' : headField(exchange.head, 'content-encoding')
  if (encoding === '') {
    exchange.plain_body = bytes.toString('latin1', 0, limit)
    return undefined
  }
  const limits = { output_bytes_max: limit, ratio_max: 500, is_gzip_plain: true }
  const decoded = exchange.is_body_cut
    ? decodePrefix(encoding, bytes, limits)
    : decodeContent(encoding, bytes, limits)
  if (decoded.kind !== 'refused') {
    const plain = decoded.kind === 'decoded' ? decoded.bytes : bytes
    exchange.plain_body = plain.toString('latin1', 0, limit)
    return undefined
  }
  const reason =
    decoded.reason === 'unsupported'
      ? 'unsupported_encoding'
      : decoded.reason === 'too_large'
        ? 'body_too_large'
        : 'corrupt_encoding'
  exchange.body_trouble = refusal(reason)
  exchange.plain_body = undefined
  // Where nothing is refused, what cannot be inspected passes.
  if (!exchange.is_strict) return undefined
  if (reason === 'unsupported_encoding' && exchange.site?.site.encodings_not_inspected === 'pass')
    return undefined
  return refuse(reason)
}

/** How much of this body the rules look at. */
function inspectLimit(exchange: Exchange): number {
  const settings = settingsOf(exchange)
  const type = exchange.head === undefined ? '' : headField(exchange.head, 'content-type')
  const is_upload = type.toLowerCase().startsWith('multipart/')
  return is_upload || settings.request_body_no_files_limit_bytes <= 0
    ? settings.request_body_limit_bytes
    : Math.min(settings.request_body_limit_bytes, settings.request_body_no_files_limit_bytes)
}

function settingsOf(exchange: Exchange): CompiledPolicy['ruleset']['settings'] {
  if (exchange.policy === undefined) throw new Error('receive before admit')
  return exchange.policy.compiled.ruleset.settings
}

function streamOn(exchange: Exchange, begun: Buffer | undefined): void {
  const { core, arrival, site } = exchange
  exchange.streamed = streamBody(
    begun,
    arrival.request,
    { bytes_max: site?.site.body_size_max ?? 0, silence_ms: core.settings.timeouts.body },
    core.world.clock,
    (kind) => {
      if (kind === 'gone') exchange.proceed({ kind: 'gone' })
      else exchange.proceed(refuse(kind === 'over' ? 'body_too_large' : 'body_timeout'))
    },
  )
}

function refuse(reason: RefusalReason): Outcome {
  return { kind: 'refused', refusal: refusal(reason) }
}
