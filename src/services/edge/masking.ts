/**
 * Takes every secret out of what the edge keeps of a request: passwords, tokens, card numbers,
 * credentials and cookies, in the request line, in headers, in any body, and in what the rules
 * quote of them. A masked secret keeps its length and the classes of its characters. When in doubt
 * too much is masked, never too little.
 */
import type { HeaderField } from '#parts/http/head.ts'
import { createEchoes, type Echoes } from './masking/echoes.ts'
import { isSecretName, type SecretName } from './masking/names.ts'
import { patternRanges } from './masking/patterns.ts'
import {
  cookieRanges,
  decoded,
  looseRanges,
  multipartRanges,
  percentDecoded,
  queryRanges,
} from './masking/places.ts'
import { masked, type Range, shapeOf } from './masking/shape.ts'
import { spellingsOf } from './masking/spellings.ts'

export type Masking = {
  /**
   * More secrets than can be looked for, so that every text that may quote the request counts as
   * secret as a whole.
   */
  readonly is_full: boolean
  readonly uri: string
  readonly headers: readonly HeaderField[]
  readonly body: string
  /**
   * A text that may quote the request: known secrets, and what looks like one. Keeps its length.
   */
  text(value: string): string
  /**
   * Is this variable (`ARGS:password`, `REQUEST_COOKIES:sid`) secret as a whole, or does its value
   * hold a secret?
   */
  isSecret(variable: string, raw_value: string): boolean
  /** The shape of a text that is secret as a whole. */
  shape(value: string): string
}

const credentialHeaders: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization'])
const cookieHeaders: ReadonlySet<string> = new Set(['cookie', 'cookie2', 'set-cookie'])

/**
 * How many characters of quotations are looked through for one request; those beyond are masked as
 * a whole.
 */
const quoted_length_max = 262_144

/**
 * Masks one request. All texts are byte strings (latin1); `body` is content-decoded and may be cut.
 * `isMasked` names what the policy calls secret besides what always is.
 */
export function maskRequest(
  uri: string,
  headers: readonly HeaderField[],
  body: string,
  content_type: string,
  isMasked?: SecretName,
): Masking {
  const isSecret: SecretName =
    isMasked === undefined ? isSecretName : (name) => isSecretName(name) || isMasked(name)
  const echoes = createEchoes()
  const raws = new Set<string>()
  const learn = (text: string, ranges: readonly Range[]): readonly Range[] => {
    for (const [start, end] of ranges) {
      if (echoes.isFull()) break
      const raw = text.slice(start, end)
      if (raws.has(raw)) continue
      raws.add(raw)
      const { spellings, is_complete } = spellingsOf(raw)
      if (!is_complete) echoes.declareFull()
      for (const spelling of spellings) echoes.add(spelling)
    }
    return ranges
  }
  const inUri = learn(uri, textRanges(uri, isSecret))
  const inHeaders = headers.map(([name, value]) => headerRanges(name, value, isSecret))
  const learnHeaders = (is_cookie: boolean): void => {
    for (const [i, [name, value]] of headers.entries())
      if (cookieHeaders.has(name.toLowerCase()) === is_cookie) learn(value, inHeaders[i] ?? [])
  }
  learnHeaders(false)
  const inBody = learn(body, bodyRanges(body, content_type, isSecret))
  // Last: there may be many of them, and what is named a secret matters most.
  learnHeaders(true)
  const echo = (text: string): string => masked(text, echoes.ranges(text))
  const text = quotation(echoes, isSecret)
  return {
    is_full: echoes.isFull(),
    uri: echo(masked(uri, inUri)),
    headers: headers.map(([name, value], i) => [
      echo(name),
      echo(masked(value, inHeaders[i] ?? [])),
    ]),
    body: echo(masked(body, inBody)),
    text,
    shape: shapeOf,
    isSecret(variable, raw_value) {
      if (echoes.isFull()) return true
      const colon = variable.indexOf(':')
      const collection = colon < 0 ? variable : variable.slice(0, colon)
      if (collection.startsWith('REQUEST_COOKIES')) return true
      if (colon >= 0 && isSecretKey(collection, variable.slice(colon + 1), isSecret)) return true
      return text(raw_value) !== raw_value
    },
  }
}

/** Many rules quote the same: each text is looked through once. */
function quotation(echoes: Echoes, isSecret: SecretName): (value: string) => string {
  const done = new Map<string, string>()
  let left = quoted_length_max
  return (value) => {
    if (echoes.isFull()) return shapeOf(value)
    const before = done.get(value)
    if (before !== undefined) return before
    left -= value.length
    if (left < 0) return shapeOf(value)
    const known = masked(value, textRanges(value, isSecret))
    const out = masked(known, echoes.ranges(known))
    done.set(value, out)
    return out
  }
}

function isSecretKey(collection: string, key: string, isSecret: SecretName): boolean {
  const lower = key.toLowerCase()
  if (collection.startsWith('REQUEST_HEADERS') || collection.startsWith('RESPONSE_HEADERS'))
    return credentialHeaders.has(lower) || cookieHeaders.has(lower) || isSecret(lower)
  return isSecret(percentDecoded(key))
}

function headerRanges(name: string, value: string, isSecret: SecretName): readonly Range[] {
  const lower = name.toLowerCase()
  if (credentialHeaders.has(lower)) {
    // The scheme is no secret and tells what kind of credential it was.
    const space = value.indexOf(' ')
    return [[space > 0 && space < 20 ? space + 1 : 0, value.length]]
  }
  if (cookieHeaders.has(lower)) return cookieRanges(value)
  if (isSecret(lower)) return [[0, value.length]]
  return textRanges(value, isSecret)
}

function bodyRanges(body: string, content_type: string, isSecret: SecretName): readonly Range[] {
  if (body === '') return []
  const out = textRanges(body, isSecret)
  if (content_type.toLowerCase().includes('multipart')) out.push(...multipartRanges(body, isSecret))
  else out.push(...queryRanges(body, 0, body.length, isSecret))
  return out
}

/**
 * By names and by looks, whatever kind of text it is, also below one or two layers of
 * percent-encoding.
 */
function textRanges(text: string, isSecret: SecretName): Range[] {
  if (text === '') return []
  const out = plainRanges(text, isSecret)
  let layer = text
  let places: readonly Uint32Array[] = []
  for (let depth = 0; depth < 2 && layer.includes('%'); depth++) {
    const inner = decoded(layer)
    places = [inner.from, ...places]
    for (const [start, end] of plainRanges(inner.text, isSecret))
      out.push([placeOf(places, start), placeOf(places, end)])
    layer = inner.text
  }
  return out
}

/** Back through the layers to the place in the text as sent. */
function placeOf(layers: readonly Uint32Array[], at: number): number {
  return layers.reduce((place, from) => from[place] ?? 0, at)
}

function plainRanges(text: string, isSecret: SecretName): Range[] {
  return [
    ...queryRanges(text, 0, text.length, isSecret),
    ...looseRanges(text, isSecret),
    ...patternRanges(text),
  ]
}
