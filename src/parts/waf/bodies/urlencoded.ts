import { invalidEscapes, urlDecode } from '../transformations/url.ts'
import { type BodyLimits, emptyBody, type ParsedBody } from './parsed-body.ts'

/** The arguments of a query string or of a form. */
export type ParsedQuery = {
  /** Decoded, in order, with duplicates. */
  readonly args: readonly (readonly [name: string, value: string])[]
  /** True when there were more than the limit; the rest was not read. */
  readonly is_limit_exceeded: boolean
  /** How many percent signs begin no escape: URLENCODED_ERROR. */
  readonly invalid_escapes: number
}

/**
 * Splits at `&`, then at the first `=`, and decodes `%HH` and `+`; escapes that are none stay as they are. Empty
 * pieces (`a=1&&b=2`) are no arguments. Never throws; `limit` is the greatest number of arguments.
 */
export function parseUrlencoded(query: string, limit: number): ParsedQuery {
  const args: (readonly [string, string])[] = []
  let is_limit_exceeded = false
  for (let from = 0; from < query.length; ) {
    let end = query.indexOf('&', from)
    if (end < 0) end = query.length
    if (end > from) {
      if (args.length >= limit) {
        is_limit_exceeded = true
        break
      }
      args.push(pair(query.slice(from, end)))
    }
    from = end + 1
  }
  return { args, is_limit_exceeded, invalid_escapes: invalidEscapes(query) }
}

function pair(piece: string): readonly [string, string] {
  const equals = piece.indexOf('=')
  if (equals < 0) return [urlDecode(piece), '']
  return [urlDecode(piece.slice(0, equals)), urlDecode(piece.slice(equals + 1))]
}

/** The body processor URLENCODED. */
export function urlencodedBody(
  body: string,
  _content_type: string,
  limits: BodyLimits,
): ParsedBody {
  const parsed = parseUrlencoded(body, limits.arguments_max)
  const error = parsed.is_limit_exceeded
    ? `URLENCODED: more than ${limits.arguments_max} arguments`
    : undefined
  return { ...emptyBody, args: parsed.args, error }
}
