import { invalidEscapes, urlDecode } from '../transformations/url.ts'
import { type BodyLimits, emptyBody, type ParsedBody } from './parsed-body.ts'

/** The arguments of a query string or of a form. */
export type ParsedQuery = {
  /** Decoded, in order, with duplicates. */
  readonly args: readonly (readonly [name: string, value: string])[]
  /** True when there were more than the limit. */
  readonly is_limit_exceeded: boolean
  /** What is behind the last argument that was read, as it stands; empty when all were read. */
  readonly unread: string
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
  let unread = ''
  // Kept between pieces: looked up in each, it would make pieces without one read the rest of the
  // query.
  let equals = query.indexOf('=')
  for (let from = 0; from < query.length; ) {
    let end = query.indexOf('&', from)
    if (end < 0) end = query.length
    if (equals >= 0 && equals < from) equals = query.indexOf('=', from)
    if (end > from) {
      if (args.length >= limit) {
        unread = query.slice(from)
        break
      }
      const has_value = equals >= 0 && equals < end
      const name = query.slice(from, has_value ? equals : end)
      const value = has_value ? query.slice(equals + 1, end) : ''
      args.push(is_encoded ? [urlDecode(name), urlDecode(value)] : [name, value])
    }
    from = end + 1
  }
  return {
    args,
    is_limit_exceeded: unread !== '',
    unread,
    invalid_escapes: has_percent ? invalidEscapes(query) : 0,
  }
}

/** The body processor URLENCODED. What is over the limit is one argument without a name. */
export function urlencodedBody(
  body: string,
  _content_type: string,
  limits: BodyLimits,
): ParsedBody {
  const parsed = parseUrlencoded(body, limits.arguments_max)
  if (!parsed.is_limit_exceeded) return { ...emptyBody, args: parsed.args }
  return {
    ...emptyBody,
    args: [...parsed.args, ['', urlDecode(parsed.unread)]],
    error: `URLENCODED: more than ${limits.arguments_max} arguments`,
  }
}
