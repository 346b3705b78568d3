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
 * Splits at `&`, then at the first `=`, and decodes `%HH` and `+`; escapes that are none stay as
 * they are. Empty pieces (`a=1&&b=2`) are no arguments. Never throws; `limit` is the greatest
 * number of arguments.
 */
export function parseUrlencoded(query: string, limit: number): ParsedQuery {
  const args: (readonly [string, string])[] = []
  const has_percent = query.indexOf('%') >= 0
  const is_encoded = has_percent || query.indexOf('+') >= 0
  let is_limit_exceeded = false
  // Kept between pieces: looked up in each, it would make pieces without one read the rest of the
  // query.
  let equals = query.indexOf('=')
  for (let from = 0; from < query.length; ) {
    let end = query.indexOf('&', from)
    if (end < 0) end = query.length
    if (equals >= 0 && equals < from) equals = query.indexOf('=', from)
    if (end > from) {
      if (args.length >= limit) {
        is_limit_exceeded = true
        break
      }
      const has_value = equals >= 0 && equals < end
      const name = query.slice(from, has_value ? equals : end)
      const value = has_value ? query.slice(equals + 1, end) : ''
      args.push(is_encoded ? [urlDecode(name), urlDecode(value)] : [name, value])
    }
    from = end + 1
  }
  return { args, is_limit_exceeded, invalid_escapes: has_percent ? invalidEscapes(query) : 0 }
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
