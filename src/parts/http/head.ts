/**
 * The head of a request, read once and strictly: what Node's parser lets pass but two readers could
 * understand differently is refused here (RFC 9112, sections 3 and 6; RFC 9110, section 7).
 */
import { isIPv6 } from 'node:net'
import { type Refusal, refusal } from './refusal.ts'

/** A field as sent, one character a byte. */
export type HeaderField = readonly [name: string, value: string]

export type Head = {
  readonly method: string
  /** The request target as sent. */
  readonly target: string
  /** The same in origin form, as an upstream gets it. */
  readonly path: string
  readonly version: '1.0' | '1.1' | '2.0'
  /** Host and port as asked for; '' when an HTTP/1.0 request names none. */
  readonly authority: string
  /** Host in lower case, without port and final dot. */
  readonly host: string
  /** All fields in order; for HTTP/2 without pseudo fields, with `host` first and one `cookie`. */
  readonly headers: readonly HeaderField[]
  /** Their names in lower case, index by index. */
  readonly names: readonly string[]
  /** Announced size of the body; undefined when it is not. */
  readonly content_length: number | undefined
  readonly has_body: boolean
}

export type HeadLimits = {
  readonly header_count: number
  readonly uri_size: number
  /** Of all names and values; for HTTP/1.1 Node's parser keeps to it. */
  readonly header_size: number
}

/** What a head is read from; both of Node's request classes have it. */
export type RawHead = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
  /** HTTP/2 tells the end of a request without a body by a flag. */
  readonly stream?: { readonly endAfterHeaders?: boolean } | undefined
}

/** Reads and checks a head. Never throws. */
export function readHead(raw: RawHead, limits: HeadLimits): Head | Refusal {
  const version = raw.httpVersion
  if (version === '2.0') {
    // An HTTP/1 request line may claim 2.0; only the real thing has pseudo fields.
    return raw.rawHeaders[0]?.startsWith(':') === true
      ? readHead2(raw, limits)
      : refusal('unsupported_version')
  }
  if (version !== '1.1' && version !== '1.0') return refusal('bad_version')
  const fields = raw.rawHeaders
  if (fields.length > limits.header_count * 2) return refusal('too_many_headers')
  const headers: HeaderField[] = []
  const names: string[] = []
  let host: string | undefined
  let length: string | undefined
  let transfer: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    const value = fields[i + 1] ?? ''
    const lower = name.toLowerCase()
    headers.push([name, value])
    names.push(lower)
    if (lower === 'host') {
      if (host !== undefined) return refusal('duplicate_host')
      host = value
    } else if (lower === 'content-length') {
      if (length !== undefined) return refusal('bad_content_length')
      length = value
    } else if (lower === 'transfer-encoding') {
      if (transfer !== undefined) return refusal('bad_transfer_encoding')
      transfer = value
    }
  }
  if (transfer !== undefined) {
    if (length !== undefined) return refusal('ambiguous_length')
    if (version === '1.0') return refusal('transfer_encoding_on_1_0')
    if (transfer.toLowerCase() !== 'chunked') return refusal(transferRefusal(transfer))
  }
  const repeated = repeatedField(names)
  if (repeated !== undefined) return repeated
  const content_length = length === undefined ? undefined : wholeNumber(length)
  if (content_length === null) return refusal('bad_content_length')
  if ((host ?? '') === '' && version === '1.1') return refusal('missing_host')
  const place = readTarget(raw.method ?? '', raw.url ?? '', host ?? '', limits)
  if ('reason' in place) return place
  return {
    method: raw.method ?? '',
    target: raw.url ?? '',
    version,
    ...place,
    headers,
    names,
    content_length,
    has_body: transfer !== undefined || (content_length ?? 0) > 0,
  }
}

/**
 * RFC 9113, section 8: pseudo fields become what HTTP/1.1 calls them; `:authority` wins, a Host
 * must agree.
 */
function readHead2(raw: RawHead, limits: HeadLimits): Head | Refusal {
  const headers: HeaderField[] = []
  const names: string[] = []
  const cookies: string[] = []
  let authority = ''
  let host: string | undefined
  let length: string | undefined
  let size = 0
  for (let i = 0; i < raw.rawHeaders.length; i += 2) {
    const name = raw.rawHeaders[i] ?? ''
    const value = raw.rawHeaders[i + 1] ?? ''
    size += name.length + value.length + 4
    if (size > limits.header_size) return refusal('headers_too_large')
    if (name === ':authority') authority = value
    else if (name.startsWith(':')) continue
    else if (name === 'host') {
      if (host !== undefined) return refusal('duplicate_host')
      host = value
    } else if (name === 'cookie') cookies.push(value)
    else {
      if (name === 'content-length') {
        if (length !== undefined) return refusal('bad_content_length')
        length = value
      }
      headers.push([name, value])
      names.push(name)
    }
  }
  if (authority === '') authority = host ?? ''
  if (authority === '') return refusal('missing_host')
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase())
    return refusal('contradicting_host')
  headers.unshift(['host', authority])
  names.unshift('host')
  if (cookies.length > 0) {
    // RFC 9113, section 8.2.3: crumbs are joined before they reach HTTP/1.1.
    headers.push(['cookie', cookies.join('; ')])
    names.push('cookie')
  }
  if (headers.length > limits.header_count) return refusal('too_many_headers')
  const repeated = repeatedField(names)
  if (repeated !== undefined) return repeated
  const content_length = length === undefined ? undefined : wholeNumber(length)
  if (content_length === null) return refusal('bad_content_length')
  const method = raw.method ?? ''
  const place = readTarget(method, raw.url ?? '', authority, limits)
  if ('reason' in place) return place
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(method)) return refusal('unknown_method')
  return {
    method,
    target: raw.url ?? '',
    version: '2.0',
    ...place,
    headers,
    names,
    content_length,
    has_body: raw.stream?.endAfterHeaders !== true,
  }
}

/** What says how a body is read must say it once: of two, rules and upstream may believe another. */
function repeatedField(names: readonly string[]): Refusal | undefined {
  if (isRepeated(names, 'content-encoding')) return refusal('duplicate_content_encoding')
  if (isRepeated(names, 'content-type')) return refusal('duplicate_content_type')
  return undefined
}

function isRepeated(names: readonly string[], name: string): boolean {
  return names.indexOf(name) !== names.lastIndexOf(name)
}

type Place = { readonly path: string; readonly authority: string; readonly host: string }

/** RFC 9112, section 3.2: origin form, absolute form, and `*` for OPTIONS. */
function readTarget(
  method: string,
  target: string,
  asked: string,
  limits: HeadLimits,
): Place | Refusal {
  if (method === 'CONNECT')
    return refusal(/^[^/?#]+:\d{1,5}$/.test(target) ? 'tunnel' : 'bad_target')
  // A fragment is for the client alone; to pass one on invites two readings of the path.
  if (target.includes('#')) return refusal('bad_target')
  if (target.length > limits.uri_size) return refusal('uri_too_long')
  const named = readHost(asked)
  if (named === undefined) return refusal('bad_host')
  if (target.startsWith('/')) {
    // HTTP/2 lets any byte through; HTTP/1.1 to the upstream must not.
    if (!isVisible(target)) return refusal('bad_target')
    return { path: target, authority: asked, host: named }
  }
  if (target === '*') {
    if (method !== 'OPTIONS') return refusal('bad_target')
    return { path: '*', authority: asked, host: named }
  }
  const match = /^https?:\/\/([^/?#]*)/i.exec(target)
  const authority = match?.[1]
  if (match === null || authority === undefined || !isVisible(target)) return refusal('bad_target')
  const host = readHost(authority)
  if (host === undefined || host === '') return refusal('bad_host')
  if (asked !== '' && (host !== named || portOf(asked) !== portOf(authority)))
    return refusal('contradicting_host')
  const rest = target.slice(match[0].length)
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority, host }
}

/**
 * The host of an authority in lower case; '' for an empty one, undefined when it is not valid (RFC
 * 3986, section 3.2.2).
 */
export function readHost(authority: string): string | undefined {
  if (authority === '') return ''
  if (authority.startsWith('[')) {
    const end = authority.indexOf(']')
    const inner = authority.slice(1, end)
    if (end < 0 || !isIPv6(inner) || inner.includes('%')) return undefined
    return isPort(authority.slice(end + 1)) ? `[${inner.toLowerCase()}]` : undefined
  }
  const colon = authority.indexOf(':')
  const name = colon < 0 ? authority : authority.slice(0, colon)
  if (colon >= 0 && !isPort(authority.slice(colon))) return undefined
  if (name.length === 0 || name.length > 253) return undefined
  for (let i = 0; i < name.length; i++) if (!isHostByte(name.charCodeAt(i))) return undefined
  if (name.startsWith('.') || name.includes('..')) return undefined
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

function isHostByte(c: number): boolean {
  return (
    (c >= 0x61 && c <= 0x7a) ||
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x41 && c <= 0x5a) ||
    c === 0x2d ||
    c === 0x2e ||
    c === 0x5f
  )
}

function isPort(text: string): boolean {
  return text === '' || (/^:\d{1,5}$/.test(text) && Number(text.slice(1)) <= 65535)
}

function portOf(authority: string): string {
  return /:(\d+)$/.exec(authority)?.[1] ?? ''
}

function isVisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x21 || c === 0x7f) return false
  }
  return true
}

/**
 * RFC 9112, section 6.1: a coding before chunked may exist, but we do not have it; anything else
 * frames nothing.
 */
function transferRefusal(transfer: string): 'unknown_transfer_encoding' | 'bad_transfer_encoding' {
  return /^[a-z-]+\s*,\s*chunked$/i.test(transfer)
    ? 'unknown_transfer_encoding'
    : 'bad_transfer_encoding'
}

/** null when it is not a number that fits. */
function wholeNumber(text: string): number | null {
  if (!/^\d{1,15}$/.test(text)) return null
  return Number(text)
}
