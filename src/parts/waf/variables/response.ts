/** Variables of the response: its head from phase 3 on, its body in phase 4. */
import type { State, Variable } from '../program.ts'
import { keyed, textOf } from '../run/values.ts'
import { many, one } from './define.ts'
import { namesOf } from './request.ts'

const headers = many('RESPONSE_HEADERS', 3, (state) =>
  (state.response?.headers ?? []).map(([name, value]) =>
    keyed('RESPONSE_HEADERS', name, textOf(value)),
  ),
)

/** The media type without parameters, lower case; '' when the response names none. */
export function responseType(state: State): string {
  const header = state.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')
  const value = header?.[1] ?? ''
  const semicolon = value.indexOf(';')
  return (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase()
}

function contentType(state: State): string | undefined {
  return state.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
}

export const responseVariables: readonly Variable[] = [
  one('RESPONSE_BODY', 4, (state) => state.response_body),
  one('RESPONSE_CONTENT_LENGTH', 4, (state) =>
    state.response_body === undefined ? undefined : String(state.response_body.length),
  ),
  one('RESPONSE_CONTENT_TYPE', 3, contentType),
  headers,
  namesOf('RESPONSE_HEADERS_NAMES', 3, headers),
  one('RESPONSE_PROTOCOL', 3, (state) =>
    state.response === undefined ? undefined : `HTTP/${state.response.http_version}`,
  ),
  one('RESPONSE_STATUS', 3, (state) =>
    state.response === undefined ? undefined : String(state.response.status),
  ),
  one('STATUS', 3, (state) =>
    state.response === undefined ? undefined : String(state.response.status),
  ),
  one('OUTBOUND_DATA_ERROR', 4, (state) => (state.is_response_truncated ? '1' : '0')),
]
