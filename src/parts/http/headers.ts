/**
 * Header fields between client and upstream: what concerns one connection is dropped, then ours are
 * added.
 */
import { bracketed } from '#base/address.ts'
import type { Head, HeaderField } from './head.ts'

/**
 * Fields that live on one connection only (RFC 9110, section 7.6.1), and `Proxy`, which CGI turns
 * into a variable.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy',
  'te',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
])

/**
 * Fields we alone write towards the upstream; a client's own are dropped, also in the spelling with
 * underscores.
 */
const ours: ReadonlySet<string> = new Set([
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
])

/** Told of by proxies before us, not by clients: an upstream may route or trust by them. */
const ofProxies: ReadonlySet<string> = new Set([
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
])

/**
 * Named in Connection, yet never dropped for it: the upstream must read the request as the rules
 * did. All of `content-*` too, and what a trusted proxy says of the client.
 */
const kept: ReadonlySet<string> = new Set([
  'host',
  'cookie',
  'authorization',
  'origin',
  'range',
  'referer',
  'user-agent',
  'via',
  ...ours,
])

/** What we tell the upstream about where a request came from. */
export type Origin = {
  readonly request_id: string
  /** Address of the client as trusted. */
  readonly client: string
  /** Address that opened the connection to us. */
  readonly peer: string
  readonly is_peer_trusted: boolean
  readonly is_tls: boolean
  readonly local_port: number
  /** Host the upstream sees. */
  readonly host: string
  /** Our name in Via. */
  readonly via: string
  /** Leave out encodings that we could not decode in the answer. */
  readonly decodable_only: boolean
}

/** The fields for the upstream as a flat list of names and values. */
export function upstreamHeaders(head: Head, origin: Origin, announce_length: boolean): string[] {
  const dropped = namedInConnection(head)
  const out: string[] = ['host', origin.host]
  let forwarded_for = ''
  let forwarded = ''
  let proto = ''
  let host = head.authority
  let port = String(origin.local_port)
  let via = ''
  for (let i = 0; i < head.names.length; i++) {
    const name = head.names[i] ?? ''
    const field = head.headers[i]
    if (field === undefined || name === 'host') continue
    if (name === 'content-length') {
      if (announce_length) out.push('content-length', field[1])
      continue
    }
    if (hopByHop.has(name) || dropped?.has(name)) continue
    const plain = name.includes('_') ? name.replaceAll('_', '-') : name
    const is_ours = ours.has(plain)
    if (is_ours || plain.startsWith('x-forwarded') || ofProxies.has(plain)) {
      if (!origin.is_peer_trusted) continue
      if (name === 'x-forwarded-for') forwarded_for += `${field[1]}, `
      else if (name === 'forwarded') forwarded += `${field[1]}, `
      else if (name === 'x-forwarded-proto') proto = field[1]
      else if (name === 'x-forwarded-host') host = field[1]
      else if (name === 'x-forwarded-port') port = field[1]
      else if (!is_ours && name === plain) out.push(field[0], field[1])
      continue
    }
    if (name === 'via') {
      via += `${field[1]}, `
      continue
    }
    if (name === 'accept-encoding' && origin.decodable_only) {
      out.push(field[0], decodableEncodings(field[1]))
      continue
    }
    out.push(field[0], field[1])
  }
  const scheme = origin.is_tls ? 'https' : 'http'
  out.push(
    'x-forwarded-for',
    forwarded_for + origin.peer,
    'x-forwarded-proto',
    proto === 'http' || proto === 'https' ? proto : scheme,
    'x-real-ip',
    origin.client,
    'x-request-id',
    origin.request_id,
    'via',
    `${via}${head.version} ${origin.via}`,
  )
  if (host !== '') out.push('x-forwarded-host', host)
  out.push('x-forwarded-port', port)
  out.push('forwarded', forwarded + forwardedElement(origin, head.authority, scheme))
  return out
}

/** RFC 7239, section 4. */
function forwardedElement(origin: Origin, authority: string, scheme: string): string {
  const address = bracketed(origin.peer)
  const node = address === origin.peer ? address : `"${address}"`
  const host = authority === '' ? '' : `;host="${authority}"`
  return `for=${node}${host};proto=${scheme}`
}

function namedInConnection(head: Head): Set<string> | undefined {
  let dropped: Set<string> | undefined
  for (let i = 0; i < head.names.length; i++) {
    if (head.names[i] !== 'connection') continue
    const value = (head.headers[i]?.[1] ?? '').toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    dropped ??= new Set()
    for (const token of value.split(',')) {
      const name = token.trim()
      if (!kept.has(name) && !name.startsWith('content-')) dropped.add(name)
    }
  }
  return dropped
}

/** Leaves `gzip`, `deflate` and `identity`: what the engine can look into. */
function decodableEncodings(value: string): string {
  const left = value.split(',').filter((item) => {
    const name = (item.split(';')[0] ?? '').trim().toLowerCase()
    return name === 'gzip' || name === 'x-gzip' || name === 'deflate' || name === 'identity'
  })
  return left.length === 0 ? 'identity' : left.map((item) => item.trim()).join(', ')
}

/**
 * The upstream's fields as a client may see them: a flat list, without those of the connection
 * behind us.
 */
export function answerHeaders(raw: readonly string[]): string[] {
  let named: Set<string> | undefined
  let is_chunked = false
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (name.length === 10 && name.toLowerCase() === 'connection') {
      const value = (raw[i + 1] ?? '').toLowerCase()
      if (value === 'keep-alive' || value === 'close') continue
      named ??= new Set()
      for (const token of value.split(',')) named.add(token.trim())
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') is_chunked = true
  }
  const out: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || lower === 'x-request-id' || named?.has(lower)) continue
    // Only a promise of trailers, which Node would hold us to where none can be sent.
    if (lower === 'trailer') continue
    // RFC 9112, section 6.3: with both, the coding decides, and the length must not go on.
    if (is_chunked && lower === 'content-length') continue
    out.push(name, raw[i + 1] ?? '')
  }
  return out
}

/** The first value of a field in a flat list, '' when there is none; `name` in lower case. */
export function fieldOf(flat: readonly string[], name: string): string {
  for (let i = 0; i < flat.length; i += 2) {
    const other = flat[i] ?? ''
    if (other.length === name.length && other.toLowerCase() === name) return flat[i + 1] ?? ''
  }
  return ''
}

/** The first value of a field of the request, '' when there is none; `name` in lower case. */
export function headField(head: Head, name: string): string {
  const at = head.names.indexOf(name)
  return at < 0 ? '' : (head.headers[at]?.[1] ?? '')
}

/** A flat list as pairs. */
export function pairsOf(flat: readonly string[]): HeaderField[] {
  const out: HeaderField[] = []
  for (let i = 0; i < flat.length; i += 2) out.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return out
}
