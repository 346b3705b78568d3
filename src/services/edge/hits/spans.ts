/** Where in the recorded request a rule's payload stands, so that a reader sees it in its place. */
import type { HeaderField } from '#parts/http/head.ts'
import type { Match } from '#parts/waf/transaction.ts'
import { percentDecoded } from '../masking/places.ts'

/** Offsets in bytes of the part's text. */
export type ByteSpan = {
  readonly part: 'uri' | 'header' | 'body'
  readonly index: number
  readonly start: number
  readonly end: number
}

/**
 * Finds the value a match is about: by the variable's name first, else by its bytes. Undefined when
 * it stands nowhere as sent.
 */
export function spanOf(
  match: Match,
  uri: string,
  headers: readonly HeaderField[],
  body: string,
): ByteSpan | undefined {
  const colon = match.variable.indexOf(':')
  const collection = colon < 0 ? match.variable : match.variable.slice(0, colon)
  const key = colon < 0 ? '' : match.variable.slice(colon + 1)
  if (collection.startsWith('REQUEST_HEADERS') || collection.startsWith('REQUEST_COOKIES'))
    return inHeaders(match, collection, key, headers)
  if (
    collection.startsWith('REQUEST_URI') ||
    collection.startsWith('REQUEST_FILENAME') ||
    collection.startsWith('REQUEST_BASENAME') ||
    collection === 'QUERY_STRING' ||
    collection === 'REQUEST_LINE'
  )
    return byBytes('uri', 0, uri, match)
  const query = uri.indexOf('?')
  const parameter =
    (query >= 0 ? inPairs('uri', uri, query + 1, key, match) : undefined) ??
    inPairs('body', body, 0, key, match)
  return parameter ?? byBytes('body', 0, body, match) ?? byBytes('uri', 0, uri, match)
}

function inHeaders(
  match: Match,
  collection: string,
  key: string,
  headers: readonly HeaderField[],
): ByteSpan | undefined {
  const wanted = collection.startsWith('REQUEST_COOKIES') ? 'cookie' : key.toLowerCase()
  for (let i = 0; i < headers.length; i++) {
    const [name, value] = headers[i] ?? ['', '']
    if (name.toLowerCase() !== wanted) continue
    const found = byBytes('header', i, value, match)
    if (found !== undefined) return found
  }
  return undefined
}

/** In `name=value&…`: the value whose decoded form is what the rule was given. */
function inPairs(
  part: 'uri' | 'body',
  text: string,
  from: number,
  key: string,
  match: Match,
): ByteSpan | undefined {
  let start = from
  while (start < text.length) {
    let end = text.indexOf('&', start)
    if (end < 0) end = text.length
    const pair = text.slice(start, end)
    const equals = pair.indexOf('=')
    const value = equals < 0 ? '' : pair.slice(equals + 1)
    const name = percentDecoded(equals < 0 ? pair : pair.slice(0, equals))
    if (match.variable.startsWith('ARGS') && match.variable.includes('NAMES')) {
      if (name === match.raw_value)
        return { part, index: 0, start, end: start + (equals < 0 ? pair.length : equals) }
    } else if (name === key && percentDecoded(value) === match.raw_value && value !== '') {
      const at = start + equals + 1
      return narrowed({ part, index: 0, start: at, end }, text, match)
    }
    start = end + 1
  }
  return undefined
}

function byBytes(
  part: ByteSpan['part'],
  index: number,
  text: string,
  match: Match,
): ByteSpan | undefined {
  for (const piece of [match.raw_value, match.matched_text]) {
    const at = piece === '' ? -1 : text.indexOf(piece)
    if (at >= 0) return narrowed({ part, index, start: at, end: at + piece.length }, text, match)
  }
  return undefined
}

/** To the very bytes the operator hit, when they stand there as they are. */
function narrowed(span: ByteSpan, text: string, match: Match): ByteSpan {
  if (match.matched_text === '') return span
  const at = text.slice(span.start, span.end).indexOf(match.matched_text)
  if (at < 0) return span
  const start = span.start + at
  return { ...span, start, end: start + match.matched_text.length }
}
