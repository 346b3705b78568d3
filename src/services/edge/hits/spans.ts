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
 * The place of the value a match is about: by the variable's name first, else by its bytes.
 * Undefined when it stands nowhere as sent, and when the request is one to search without end.
 */
export type PlaceOf = (match: Match) => ByteSpan | undefined

/** More show no place: what a client sends must not cost. */
const pairs_max = 1000
const searches_max = 100
/** A piece is looked for by its beginning: long ones make a search slow. */
const needle_bytes_max = 64

type Part = { readonly part: 'uri' | 'body'; readonly text: string; readonly pairs: Pairs }

/** For all the matches of one request. */
export function places(uri: string, headers: readonly HeaderField[], body: string): PlaceOf {
  const query = uri.indexOf('?')
  const inQuery: Part = {
    part: 'uri',
    text: uri,
    pairs: query < 0 ? [] : pairsIn(uri, query + 1),
  }
  const inBody: Part = { part: 'body', text: body, pairs: pairsIn(body, 0) }
  let searches = 0
  return (match) =>
    searches++ < searches_max ? spanOf(match, inQuery, headers, inBody) : undefined
}

function spanOf(
  match: Match,
  uri: Part,
  headers: readonly HeaderField[],
  body: Part,
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
    return byBytes('uri', 0, uri.text, match)
  const parameter = inPairs(uri, key, match) ?? inPairs(body, key, match)
  return parameter ?? byBytes('body', 0, body.text, match) ?? byBytes('uri', 0, uri.text, match)
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

type Pairs = readonly {
  readonly name: string
  readonly name_start: number
  readonly name_end: number
  readonly value: string
  readonly value_start: number
  readonly value_end: number
}[]

/** `name=value&…`, decoded, with their places. */
function pairsIn(text: string, from: number): Pairs {
  const out: Pairs[number][] = []
  let start = from
  while (start < text.length && out.length < pairs_max) {
    let end = text.indexOf('&', start)
    if (end < 0) end = text.length
    const pair = text.slice(start, end)
    const equals = pair.indexOf('=')
    const name_end = equals < 0 ? end : start + equals
    const value_start = equals < 0 ? end : name_end + 1
    out.push({
      name: percentDecoded(text.slice(start, name_end)),
      name_start: start,
      name_end,
      value: percentDecoded(text.slice(value_start, end)),
      value_start,
      value_end: end,
    })
    start = end + 1
  }
  return out
}

/** The value whose decoded form is what the rule was given. */
function inPairs({ part, text, pairs }: Part, key: string, match: Match): ByteSpan | undefined {
  const is_name = match.variable.startsWith('ARGS') && match.variable.includes('NAMES')
  for (const pair of pairs) {
    if (is_name) {
      if (pair.name === match.raw_value)
        return { part, index: 0, start: pair.name_start, end: pair.name_end }
    } else if (pair.name === key && pair.value === match.raw_value && pair.value !== '') {
      const span = { part, index: 0, start: pair.value_start, end: pair.value_end }
      return narrowed(span, text, match)
    }
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
    const at = piece === '' ? -1 : found(text, piece)
    if (at >= 0) return narrowed({ part, index, start: at, end: at + piece.length }, text, match)
  }
  return undefined
}

/** To the very bytes the operator hit, when they stand there as they are. */
function narrowed(span: ByteSpan, text: string, match: Match): ByteSpan {
  if (match.matched_text === '') return span
  const at = found(text.slice(span.start, span.end), match.matched_text)
  if (at < 0) return span
  const start = span.start + at
  return { ...span, start, end: start + match.matched_text.length }
}

const tries_max = 16

/** Where a piece stands first; -1 also when its beginning stands too often without the rest. */
function found(text: string, piece: string): number {
  const needle = piece.slice(0, needle_bytes_max)
  let at = text.indexOf(needle)
  for (let tries = 1; at >= 0 && tries < tries_max; tries++) {
    if (text.startsWith(piece, at)) return at
    at = text.indexOf(needle, at + 1)
  }
  return -1
}
