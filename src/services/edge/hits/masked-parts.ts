/** The request of an exchange without its secrets: what hits and samples are made of. */
import type { HeaderField } from '#parts/http/head.ts'
import { headField, pairsOf } from '#parts/http/headers.ts'
import type { Exchange } from '../exchange/state.ts'
import { type Masking, maskRequest } from '../masking.ts'

/** How much of a body is looked through for secrets and kept in part. */
const body_bytes_max = 65_536

export type MaskedParts = {
  /** As sent. */
  readonly uri: string
  readonly headers: readonly HeaderField[]
  readonly body: string
  readonly masking: Masking
}

export function maskedParts(exchange: Exchange): MaskedParts {
  const { head, arrival, site } = exchange
  const uri = head?.target ?? arrival.request.url ?? ''
  const headers = head?.headers ?? pairsOf(arrival.request.rawHeaders)
  const body = (exchange.plain_body ?? exchange.body?.toString('latin1') ?? '').slice(
    0,
    body_bytes_max,
  )
  const type = head === undefined ? '' : headField(head, 'content-type')
  const isMasked = site === undefined ? undefined : (name: string) => site.compiled.isMasked(name)
  return { uri, headers, body, masking: maskRequest(uri, headers, body, type, isMasked) }
}

/** Size of the body as sent, as far as it has come. */
export function bodyBytes(exchange: Exchange): number {
  return exchange.streamed?.bytes() ?? exchange.body?.length ?? 0
}
