/** Variables of the request line, the headers, the cookies and the connection. */
import { parseCookies } from '../bodies.ts'
import type { Entry, State, Variable } from '../program.ts'
import { keyed, textOf } from '../run/values.ts'
import { entriesOf, many, one } from './define.ts'

/** The first header of a name (lower case). */
export function requestHeader(state: State, folded: string): string | undefined {
  return entriesOf(state, requestHeaders).find((entry) => entry.folded === folded)?.value.text
}

const requestHeaders = many('REQUEST_HEADERS', 1, (state) =>
  state.start.headers.map(([name, value]) => keyed('REQUEST_HEADERS', name, textOf(value))),
)

const cookies = many('REQUEST_COOKIES', 1, (state) => {
  const entries: Entry[] = []
  for (const header of entriesOf(state, requestHeaders)) {
    if (header.folded !== 'cookie') continue
    for (const [name, value] of parseCookies(header.value.text)) {
      entries.push(keyed('REQUEST_COOKIES', name, textOf(value)))
    }
  }
  return entries
})

/** The keys of a collection as values: `ARGS_NAMES:id` is `id`. */
export function namesOf(name: string, settled: Variable['settled'], of: Variable): Variable {
  return many(name, settled, (state) =>
    entriesOf(state, of).map((entry) => keyed(name, entry.key, textOf(entry.key))),
  )
}

function requestLineText({ start }: State): string {
  return start.http_version === '0.9'
    ? `${start.method} ${start.uri}`
    : `${start.method} ${start.uri} HTTP/${start.http_version}`
}

function authorization(state: State): readonly [scheme: string, rest: string] | undefined {
  const value = requestHeader(state, 'authorization')
  if (value === undefined) return undefined
  const space = value.indexOf(' ')
  return space === -1 ? [value, ''] : [value.slice(0, space), value.slice(space + 1)]
}

function remoteUser(state: State): string | undefined {
  const [scheme, rest] = authorization(state) ?? []
  if (scheme?.toLowerCase() !== 'basic' || rest === undefined) return undefined
  const credentials = Buffer.from(rest, 'base64').toString('latin1')
  const colon = credentials.indexOf(':')
  return colon === -1 ? credentials : credentials.slice(0, colon)
}

function serverName(state: State): string {
  const host = requestHeader(state, 'host') ?? state.start.server_address
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
}

export const requestVariables: readonly Variable[] = [
  one('AUTH_TYPE', 1, (state) => authorization(state)?.[0]),
  one('PATH_INFO', 1, (state) => state.line.path),
  one('QUERY_STRING', 1, (state) => state.line.query),
  one('REMOTE_ADDR', 1, (state) => state.start.client_address),
  one('REMOTE_HOST', 1, (state) => state.start.client_address),
  one('REMOTE_PORT', 1, (state) => String(state.start.client_port)),
  one('REMOTE_USER', 1, remoteUser),
  one('REQUEST_BASENAME', 1, (state) => state.line.basename),
  cookies,
  namesOf('REQUEST_COOKIES_NAMES', 1, cookies),
  one('REQUEST_FILENAME', 1, (state) => state.line.filename),
  requestHeaders,
  namesOf('REQUEST_HEADERS_NAMES', 1, requestHeaders),
  one('REQUEST_LINE', 1, requestLineText),
  one('REQUEST_METHOD', 1, (state) => state.start.method),
  one('REQUEST_PROTOCOL', 1, (state) => `HTTP/${state.start.http_version}`),
  one('REQUEST_URI', 1, (state) => state.line.uri),
  one('REQUEST_URI_RAW', 1, (state) => state.start.uri),
  one('SERVER_ADDR', 1, (state) => state.start.server_address),
  one('SERVER_NAME', 1, serverName),
  one('SERVER_PORT', 1, (state) => String(state.start.server_port)),
  one('UNIQUE_ID', 1, (state) => state.start.request_id),
]
