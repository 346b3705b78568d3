/**
 * Where secrets stand, told by the names beside them: in queries, forms, cookies, JSON, multipart,
 * XML, and any other text.
 */
import type { SecretName } from './names.ts'
import type { Range } from './shape.ts'

/** Values of secret names in `a=b&c=d`; also what follows `;` in a path (`;jsessionid=`). */
export function queryRanges(
  text: string,
  from: number,
  end: number,
  isSecretName: SecretName,
): Range[] {
  const out: Range[] = []
  let start = from
  while (start <= end) {
    let stop = start
    let equals = -1
    while (stop < end && !'&;?#'.includes(text.charAt(stop))) {
      if (equals < 0 && text.charAt(stop) === '=') equals = stop
      stop++
    }
    if (equals >= 0 && isSecretName(percentDecoded(text.slice(start, equals)))) {
      // A form value may hold a raw `;` or `?`: mask to the next `&`, rather too much than too
      // little.
      let to = stop
      while (to < end && text.charAt(to) !== '&') to++
      out.push([equals + 1, to])
      stop = to
    }
    start = stop + 1
  }
  return out
}

/** Every value of a Cookie field, also of a Set-Cookie field (its first pair). */
export function cookieRanges(text: string): Range[] {
  const out: Range[] = []
  let start = 0
  while (start < text.length) {
    let stop = text.indexOf(';', start)
    if (stop < 0) stop = text.length
    const equals = text.slice(start, stop).indexOf('=')
    out.push([start + equals + 1, stop])
    start = stop + 1
  }
  return out
}

/**
 * The values after secret names in text of any form: `"password": "…"`, `password=…`, `Password:
 * …`, `<password>…</password>`. A value in quotes ends at its quote; another at the next separator
 * or line end. Linear: each byte is part of one value at most.
 */
export function looseRanges(text: string, isSecretName: SecretName): Range[] {
  const out: Range[] = []
  let i = 0
  while (i < text.length) {
    if (!isNameByte(text.charCodeAt(i))) {
      i++
      continue
    }
    const start = i
    while (i < text.length && isNameByte(text.charCodeAt(i))) i++
    const separator = separatorAfter(text, i)
    // Only a secret's value is looked at to its end, and then skipped: that keeps the whole linear.
    if (separator === undefined || !isSecretName(percentDecoded(text.slice(start, i)))) continue
    const value = valueAt(text, separator[1], text.charAt(separator[0]) === '>')
    out.push(value)
    i = Math.max(i, value[1])
  }
  return out
}

/** The sign between a name and its value: `=`, `:`, `>` or an encoded one of them. */
function separatorAfter(text: string, at: number): Range | undefined {
  const i = skipped(text, at, '"\'])} \t\\')
  const sign = text.charAt(i)
  if (sign === '=' || sign === ':' || sign === '>') return [i, i + 1]
  return sign === '%' && /^%3[ADad]/.test(text.slice(i, i + 3)) ? [i, i + 3] : undefined
}

function valueAt(text: string, from: number, is_element: boolean): Range {
  const i = skipped(text, from, ' \t\r\n\\')
  const quote = text.charAt(i)
  if (quote === '{' || quote === '[') return [i, closing(text, i)]
  if (quote === '"' || quote === "'") {
    // In a text within a text quotes are escaped, and the next escape ends the value.
    const is_nested = i > from && text.charAt(i - 1) === '\\'
    return [i + 1, is_nested ? until(text, i + 1, `\\${quote}`) : quoteEnd(text, i + 1, quote)]
  }
  return [i, until(text, i, is_element ? '<' : '&,;}]\r\n<"\'')]
}

function until(text: string, from: number, stops: string): number {
  let end = from
  while (end < text.length && !stops.includes(text.charAt(end))) end++
  return end
}

function skipped(text: string, at: number, what: string): number {
  let i = at
  // A few at most: more white space is no layout.
  while (i < text.length && i < at + 16 && what.includes(text.charAt(i))) i++
  return i
}

function quoteEnd(text: string, from: number, quote: string): number {
  let i = from
  while (i < text.length && text.charAt(i) !== quote) i += text.charAt(i) === '\\' ? 2 : 1
  return Math.min(i, text.length)
}

/** End of a JSON container: everything below a secret name is secret. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '"') i = quoteEnd(text, i + 1, '"')
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      depth--
      if (depth === 0) return i + 1
    }
  }
  return text.length
}

/** From here on everything is taken for secret: what a client sends must not cost. */
const parts_max = 200

/**
 * Contents of parts whose name is secret (RFC 7578). Parts are told by their Content-Disposition,
 * whatever the boundary is.
 */
export function multipartRanges(text: string, isSecretName: SecretName): Range[] {
  const out: Range[] = []
  const lower = text.toLowerCase()
  const word = 'content-disposition'
  let parts = 0
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
    if (++parts > parts_max) {
      out.push([at, text.length])
      break
    }
    const end_of_headers = firstOf(lower, ['\r\n\r\n', '\n\n'], at)
    const headers = text.slice(at, end_of_headers)
    const name = /[;\s]name\*?=(?:"([^"]*)"|([^;\s]*))/i.exec(headers.slice(0, 1000))
    if (name === null || !isSecretName(percentDecoded(name[1] ?? name[2] ?? ''))) continue
    const end = firstOf(lower, ['\r\n--', '\n--'], end_of_headers)
    out.push([end_of_headers, end])
  }
  return out
}

function firstOf(text: string, words: readonly string[], from: number): number {
  let first = text.length
  for (const word of words) {
    const at = text.indexOf(word, from)
    if (at >= 0 && at < first) first = at
  }
  return first
}

function isNameByte(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x5f ||
    c === 0x2d ||
    c === 0x2e ||
    c === 0x5b
  )
}

/** `%41` becomes `A`, `+` a space; what is no escape stays. */
export function percentDecoded(text: string): string {
  return text.includes('%') || text.includes('+') ? decoded(text).text : text
}

/** The same, with the place in `text` that each character (and the end) came from. */
export function decoded(text: string): { readonly text: string; readonly from: Uint32Array } {
  const from = new Uint32Array(text.length + 1)
  let out = ''
  let i = 0
  while (i < text.length) {
    from[out.length] = i
    const c = text.charCodeAt(i)
    const byte = c === 0x25 ? hexPair(text, i + 1) : -1
    if (byte >= 0) {
      out += String.fromCharCode(byte)
      i += 3
    } else {
      out += c === 0x2b ? ' ' : text.charAt(i)
      i++
    }
  }
  from[out.length] = text.length
  return { text: out, from }
}

function hexPair(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at))
  const low = hexDigit(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  const lower = c | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
