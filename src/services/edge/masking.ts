/**
 * Takes every secret out of what the edge keeps of a request: passwords, tokens, card numbers,
 * credentials and cookies, in the request line, in headers, in any body, and in what the rules
 * quote of them. A masked secret keeps its length and the classes of its characters. When in doubt
 * too much is masked, never too little.
 */
import type { HeaderField } from '#parts/http/head.ts'
import { isSecretName } from './masking/names.ts'
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

export type Masking = {
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
 * Shorter ones are masked where they stand but not looked for elsewhere: they would be found
 * everywhere.
 */
const echo_length_min = 4
const secrets_max = 200

/**
 * Masks one request. All texts are byte strings (latin1); `body` is content-decoded and may be cut.
 */
export function maskRequest(
  uri: string,
  headers: readonly HeaderField[],
  body: string,
  content_type: string,
): Masking {
  const secrets = new Map<string, string>()
  const learn = (text: string, ranges: readonly Range[]): readonly Range[] => {
    for (const [start, end] of ranges) learnSecret(secrets, text.slice(start, end))
    return ranges
  }
  const inUri = learn(uri, textRanges(uri))
  const inHeaders = headers.map(([name, value]) => learn(value, headerRanges(name, value)))
  const inBody = learn(body, bodyRanges(body, content_type))
  const echo = echoes(secrets)
  return {
    uri: echo(masked(uri, inUri)),
    headers: headers.map(([name, value], i) => [
      echo(name),
      echo(masked(value, inHeaders[i] ?? [])),
    ]),
    body: echo(masked(body, inBody)),
    text: (value) => echo(masked(value, textRanges(value))),
    shape: shapeOf,
    isSecret(variable, raw_value) {
      const colon = variable.indexOf(':')
      const collection = colon < 0 ? variable : variable.slice(0, colon)
      if (collection.startsWith('REQUEST_COOKIES')) return true
      if (colon >= 0 && isSecretKey(collection, variable.slice(colon + 1))) return true
      const plain = masked(raw_value, textRanges(raw_value))
      return plain !== raw_value || echo(raw_value) !== raw_value
    },
  }
}

function isSecretKey(collection: string, key: string): boolean {
  const lower = key.toLowerCase()
  if (collection.startsWith('REQUEST_HEADERS') || collection.startsWith('RESPONSE_HEADERS'))
    return credentialHeaders.has(lower) || cookieHeaders.has(lower) || isSecretName(lower)
  return isSecretName(percentDecoded(key))
}

function headerRanges(name: string, value: string): readonly Range[] {
  const lower = name.toLowerCase()
  if (credentialHeaders.has(lower)) {
    // The scheme is no secret and tells what kind of credential it was.
    const space = value.indexOf(' ')
    return [[space > 0 && space < 20 ? space + 1 : 0, value.length]]
  }
  if (cookieHeaders.has(lower)) return cookieRanges(value)
  if (isSecretName(lower)) return [[0, value.length]]
  return textRanges(value)
}

function bodyRanges(body: string, content_type: string): readonly Range[] {
  if (body === '') return []
  const out = textRanges(body)
  if (content_type.toLowerCase().includes('multipart')) out.push(...multipartRanges(body))
  else out.push(...queryRanges(body, 0, body.length))
  return out
}

/**
 * By names and by looks, whatever kind of text it is, also below one or two layers of
 * percent-encoding.
 */
function textRanges(text: string): Range[] {
  if (text === '') return []
  const out = plainRanges(text)
  let layer = text
  let places: readonly Uint32Array[] = []
  for (let depth = 0; depth < 2 && layer.includes('%'); depth++) {
    const inner = decoded(layer)
    places = [inner.from, ...places]
    for (const [start, end] of plainRanges(inner.text))
      out.push([placeOf(places, start), placeOf(places, end)])
    layer = inner.text
  }
  return out
}

/** Back through the layers to the place in the text as sent. */
function placeOf(layers: readonly Uint32Array[], at: number): number {
  return layers.reduce((place, from) => from[place] ?? 0, at)
}

function plainRanges(text: string): Range[] {
  return [...queryRanges(text, 0, text.length), ...looseRanges(text), ...patternRanges(text)]
}

/** The spellings under which a secret may be quoted by a rule. */
function learnSecret(secrets: Map<string, string>, raw: string): void {
  const plain = percentDecoded(raw)
  const spellings = [
    raw,
    raw.trim(),
    plain,
    plain.trim(),
    percentDecoded(plain),
    unescaped(raw),
    ...pieces(plain),
  ]
  for (const spelling of spellings) {
    if (spelling.length < echo_length_min || secrets.size >= secrets_max) continue
    for (const text of [spelling, spelling.toLowerCase(), spelling.toUpperCase()])
      if (!secrets.has(text)) secrets.set(text, shapeOf(text))
    const encoded = percentEncoded(spelling)
    if (encoded !== spelling) secrets.set(encoded, shapeOf(encoded))
  }
}

/**
 * The words in a secret that is more than a word: a list, an object, a sentence. A rule may quote
 * any of them.
 */
function pieces(text: string): string[] {
  if (!/[\s"',:{}[\]<>&=;?#\\]/.test(text)) return []
  return text
    .slice(0, 4096)
    .split(/[\s"',:{}[\]<>&=;?#\\]+/)
    .filter((piece) => piece.length >= 6)
    .slice(0, 50)
}

/** Replaces known secrets, the longest first, so that none leaves a rest of another. */
function echoes(secrets: ReadonlyMap<string, string>): (text: string) => string {
  const known = [...secrets].sort((a, b) => b[0].length - a[0].length)
  return (text) => {
    let out = text
    for (const [secret, shape] of known)
      if (out.includes(secret)) out = out.replaceAll(secret, () => shape)
    return out
  }
}

/** JSON's escapes undone (RFC 8259, section 7), bytes of UTF-8 as characters. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex, single) => {
    if (hex !== undefined)
      return Buffer.from(String.fromCharCode(Number.parseInt(hex, 16)), 'utf8').toString('latin1')
    return (
      ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' } as Record<string, string>)[single] ?? single
    )
  })
}

function percentEncoded(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    out += /[A-Za-z0-9_.~-]/.test(c)
      ? c
      : `%${text.charCodeAt(i).toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
