/** A request as a person writes it down: curl's arguments, or the raw bytes of a file. */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { cliFaults } from './faults.ts'

export type WrittenRequest = {
  readonly method: string
  /** Request target. */
  readonly uri: string
  readonly http_version: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Byte string; `` when there is none. */
  readonly body: string
}

/** Flags of curl without effect on what a rule sees. */
const ignored = new Set([
  '-s',
  '-S',
  '-sS',
  '-v',
  '-i',
  '-k',
  '-L',
  '-f',
  '-g',
  '--silent',
  '--show-error',
  '--verbose',
])
const ignoredLong = new Set([
  '--include',
  '--insecure',
  '--location',
  '--fail',
  '--globoff',
  '--compressed',
  '--path-as-is',
])
/** The same with a value. */
const ignoredWithValue = new Set([
  '-o',
  '--output',
  '-m',
  '--max-time',
  '--connect-timeout',
  '--resolve',
  '-w',
])

type Collected = {
  method: string | undefined
  url: string | undefined
  headers: [string, string][]
  data: string[]
  /** Parts of a multipart form, each with its header. */
  parts: string[]
  as_query: boolean
  head: boolean
}

/**
 * Reads the arguments that one would give to curl: `-X -H -d --data-* -F -A -b -e -u -G -I URL`.
 * Throws cli.bad_request for what it does not know: a flag that is skipped would explain another request.
 */
export function fromCurl(words: readonly string[]): WrittenRequest {
  const found: Collected = {
    method: undefined,
    url: undefined,
    headers: [],
    data: [],
    parts: [],
    as_query: false,
    head: false,
  }
  const list = words[0] === 'curl' ? words.slice(1) : words
  for (let i = 0; i < list.length; i++) {
    const word = list[i] ?? ''
    if (ignored.has(word) || ignoredLong.has(word)) continue
    if (!word.startsWith('-') || word === '-') {
      if (found.url !== undefined)
        throw cliFaults.bad_request({ why: `two addresses: "${found.url}" and "${word}"` })
      found.url = word
      continue
    }
    if (word === '-G' || word === '--get') found.as_query = true
    else if (word === '-I' || word === '--head') found.head = true
    else {
      const value = list[++i]
      if (value === undefined) throw cliFaults.bad_request({ why: `${word} needs a value` })
      if (!ignoredWithValue.has(word)) takeFlag(found, word, value)
    }
  }
  return assemble(found)
}

function takeFlag(found: Collected, flag: string, value: string): void {
  const bytes = latin1(value)
  const header = (name: string, text: string) => void found.headers.push([name, text])
  if (flag === '-X' || flag === '--request') found.method = value
  else if (flag === '-H' || flag === '--header') {
    const colon = bytes.indexOf(':')
    if (colon < 1)
      throw cliFaults.bad_request({ why: `"${value}" is no header: expected Name: value` })
    header(bytes.slice(0, colon), bytes.slice(colon + 1).trim())
  } else if (flag === '-A' || flag === '--user-agent') header('User-Agent', bytes)
  else if (flag === '-b' || flag === '--cookie') header('Cookie', bytes)
  else if (flag === '-e' || flag === '--referer') header('Referer', bytes)
  else if (flag === '-u' || flag === '--user')
    header('Authorization', `Basic ${Buffer.from(value).toString('base64')}`)
  else if (flag === '--data-raw') found.data.push(bytes)
  else if (flag === '-d' || flag === '--data' || flag === '--data-ascii') {
    // As curl does: a file's line ends are left out, but not with --data-binary.
    found.data.push(
      value.startsWith('@') ? fileContent(value.slice(1)).replaceAll(/[\r\n\0]/g, '') : bytes,
    )
  } else if (flag === '--data-binary') {
    found.data.push(value.startsWith('@') ? fileContent(value.slice(1)) : bytes)
  } else if (flag === '-F' || flag === '--form') {
    found.parts.push(formPart(value))
  } else if (flag === '--data-urlencode') found.data.push(urlencoded(value))
  else if (flag === '--json') {
    found.data.push(bytes)
    header('Content-Type', 'application/json')
    header('Accept', 'application/json')
  } else throw cliFaults.bad_request({ why: `curl's ${flag} is not understood here` })
}

/** A file's bytes; throws cli.bad_request. */
function fileContent(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'latin1')
  } catch (cause) {
    throw cliFaults.bad_request({ why: `the file "${path}" cannot be read` }, { cause })
  }
}

const boundary = '------------------------gatehouseexplain'

/** `name=value`, or `name=@file` with `;type=` and `;filename=`. */
function formPart(text: string): string {
  const equals = text.indexOf('=')
  if (equals < 1)
    throw cliFaults.bad_request({ why: `"${text}" is no form field: expected name=value` })
  const name = latin1(text.slice(0, equals))
  const [value = '', ...options] = text.slice(equals + 1).split(';')
  const head = `Content-Disposition: form-data; name="${name}"`
  if (!value.startsWith('@')) return `${head}\r\n\r\n${latin1(text.slice(equals + 1))}`
  const option = (key: string) =>
    options.find((o) => o.startsWith(`${key}=`))?.slice(key.length + 1)
  const filename = latin1(option('filename') ?? basename(value.slice(1)))
  const type = option('type') ?? 'application/octet-stream'
  return `${head}; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n${fileContent(value.slice(1))}`
}

function urlencoded(value: string): string {
  const equals = value.indexOf('=')
  const name = equals > 0 ? `${value.slice(0, equals)}=` : ''
  return name + encodeURIComponent(value.slice(equals + 1))
}

function assemble(found: Collected): WrittenRequest {
  if (found.url === undefined) throw cliFaults.bad_request({ why: 'no address is given' })
  if (!found.url.includes('://') && existsSync(found.url)) {
    throw cliFaults.bad_request({ why: `"${found.url}" is a file: --raw ${found.url} reads it` })
  }
  const { host, target } = splitAddress(latin1(found.url))
  const is_form = found.parts.length > 0
  if (is_form) found.headers.push(['Content-Type', `multipart/form-data; boundary=${boundary}`])
  const form = `${found.parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
  const data = is_form ? form : found.data.join('&')
  const in_query = found.as_query && found.data.length > 0
  const body = in_query ? '' : data
  const has_body = (is_form || found.data.length > 0) && !in_query
  const headers = withDefaults(found.headers, host, has_body ? body.length : undefined)
  const uri = in_query ? `${target}${target.includes('?') ? '&' : '?'}${data}` : target
  const method = found.method ?? (found.head ? 'HEAD' : has_body ? 'POST' : 'GET')
  return { method, uri, http_version: '1.1', headers, body }
}

/** Without normalising anything: what stands there is what the rules must see. */
function splitAddress(address: string): { host: string; target: string } {
  const scheme = address.indexOf('://')
  const rest = scheme >= 0 ? address.slice(scheme + 3) : address
  const end = [...rest].findIndex((c) => c === '/' || c === '?' || c === '#')
  const host = end < 0 ? rest : rest.slice(0, end)
  const tail = end < 0 ? '/' : rest.slice(end)
  const fragment = tail.indexOf('#')
  // A space is the one character that a shell lets through and no request line can carry.
  const target = (fragment < 0 ? tail : tail.slice(0, fragment)).replaceAll(' ', '%20')
  return { host: host || 'localhost', target: target.startsWith('/') ? target : `/${target}` }
}

function withDefaults(
  given: readonly (readonly [string, string])[],
  host: string,
  body_bytes: number | undefined,
): [string, string][] {
  const has = (name: string) => given.some(([n]) => n.toLowerCase() === name)
  const headers: [string, string][] = []
  if (!has('host')) headers.push(['Host', host])
  if (!has('user-agent')) headers.push(['User-Agent', 'curl/8.0'])
  if (!has('accept')) headers.push(['Accept', '*/*'])
  for (const [name, value] of given) headers.push([name, value])
  if (body_bytes !== undefined) {
    if (!has('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded'])
    if (!has('content-length')) headers.push(['Content-Length', String(body_bytes)])
  }
  return headers
}

/**
 * Reads a request as it goes over the wire: request line, header lines, empty line, body. Lines may end in LF, as
 * editors write them. Throws cli.bad_request.
 */
export function fromRaw(bytes: Buffer): WrittenRequest {
  const text = bytes.toString('latin1')
  const lines: string[] = []
  let at = 0
  for (;;) {
    const end = text.indexOf('\n', at)
    const line = (end < 0 ? text.slice(at) : text.slice(at, end)).replace(/\r$/, '')
    at = end < 0 ? text.length : end + 1
    if (line === '') break
    lines.push(line)
    if (end < 0) break
  }
  const [method, uri, version, ...more] = (lines[0] ?? '').split(' ')
  if (!method || !uri || more.length > 0) {
    throw cliFaults.bad_request({
      why: `"${lines[0] ?? ''}" is no request line: expected METHOD TARGET HTTP/1.1`,
    })
  }
  const headers = lines.slice(1).map((line, i): [string, string] => {
    const colon = line.indexOf(':')
    if (colon < 1) throw cliFaults.bad_request({ why: `line ${i + 2} is no header: "${line}"` })
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return {
    method,
    uri,
    http_version: version?.replace('HTTP/', '') ?? '0.9',
    headers,
    body: text.slice(at),
  }
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
