/** The request as it is kept: masked, printable, cut to size, with the places of the payloads. */
import type { RequestRecord } from '#model/hit.ts'
import { printable } from '#model/printable.ts'
import type { Match } from '#parts/waf/transaction.ts'
import type { Masking } from '../masking.ts'
import type { ByteSpan, PlaceOf } from './spans.ts'

const uri_bytes_max = 8192
const name_bytes_max = 256
const header_bytes_max = 4096
const headers_max = 120
const body_bytes_max = 16_384
const spans_max = 40

export type RequestParts = {
  readonly method: string
  readonly http_version: string
  readonly masking: Masking
  readonly body_bytes: number
  readonly matches: readonly Match[]
  readonly placeOf: PlaceOf
}

export function requestRecord(parts: RequestParts): RequestRecord {
  const { masking } = parts
  const uri = masking.uri.slice(0, uri_bytes_max)
  const headers = masking.headers.slice(0, headers_max)
  const body = masking.body.slice(0, body_bytes_max)
  const textOf = (span: ByteSpan): string =>
    span.part === 'uri'
      ? uri
      : span.part === 'body'
        ? body
        : (headers[span.index]?.[1] ?? '').slice(0, header_bytes_max)
  const spans: RequestRecord['spans'] = []
  const seen = new Set<string>()
  for (const match of parts.matches) {
    if (spans.length >= spans_max) break
    const span = parts.placeOf(match)
    if (span === undefined || span.start === span.end) continue
    const text = textOf(span)
    const key = `${span.part} ${span.index} ${span.start} ${span.end}`
    if (seen.has(key) || span.start >= text.length) continue
    seen.add(key)
    spans.push({
      part: span.part,
      index: span.index,
      start: printable(text.slice(0, span.start)).length,
      end: printable(text.slice(0, Math.min(span.end, text.length))).length,
    })
  }
  return {
    method: cut(printable(parts.method), 64),
    uri: printable(uri),
    http_version: parts.http_version,
    headers: headers.map(([name, value]) => [
      cut(printable(name), name_bytes_max),
      printable(value.slice(0, header_bytes_max)),
    ]),
    body: printable(body),
    body_bytes: parts.body_bytes,
    is_cut:
      masking.body.length > body.length ||
      masking.uri.length > uri.length ||
      masking.headers.length > headers.length ||
      headers.some(([name, value]) => {
        // A name that is longer when printed is cut too.
        return printable(name).length > name_bytes_max || value.length > header_bytes_max
      }),
    spans,
  }
}

/** At most so many characters. */
export function cut(text: string, length_max: number): string {
  return text.length <= length_max ? text : `${text.slice(0, length_max - 1)}…`
}
