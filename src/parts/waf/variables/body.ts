/** Variables of the request body: raw, files, parts, XML, and how reading it went. */
import type { Entry, State, Variable } from '../program.ts'
import { keyed, textOf } from '../run/values.ts'
import { entriesOf, many, one } from './define.ts'

const flag = (is: boolean) => (is ? '1' : '0')

/**
 * The raw body: of forms, of JSON, and when forced of bodies that no processor reads. A multipart or XML body is seen
 * through ARGS, FILES and XML only, as in ModSecurity 2 and Coraza; the tests of CRS want it so.
 */
function rawBody(state: State): string | undefined {
  const { request_body, body_processor } = state
  if (request_body === undefined) return undefined
  if (body_processor === 'URLENCODED' || body_processor === 'JSON') return request_body
  return body_processor === '' && state.is_body_forced ? request_body : undefined
}

function multipart(name: string): Variable {
  return one(`MULTIPART_${name}`, 2, (state) => String(state.body?.multipart[name] ?? 0))
}

const xml = many('XML', 2, (state) => {
  const { texts = [], attributes = [] } = state.body?.xml ?? {}
  return [
    ...texts.map((text): Entry => keyed('XML', '/*', textOf(text))),
    ...attributes.map((text): Entry => keyed('XML', '//@*', textOf(text))),
  ]
})

const files = many('FILES', 2, (state) =>
  (state.body?.files ?? []).map((file) => keyed('FILES', file.field, textOf(file.filename))),
)

function fileVariable(name: string, read: (file: { size: number; content: string }) => string) {
  return many(name, 2, (state) =>
    (state.body?.files ?? []).map((file) => keyed(name, file.field, textOf(read(file)))),
  )
}

function combinedFileSize(state: State): string {
  return String((state.body?.files ?? []).reduce((sum, file) => sum + file.size, 0))
}

function fullRequest(state: State): string {
  const { method, uri, http_version, headers } = state.start
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  const body = state.request_body ?? ''
  return `${method} ${uri} HTTP/${http_version}\r\n${lines.join('')}\r\n${body}`
}

export const bodyVariables: readonly Variable[] = [
  files,
  one('FILES_COMBINED_SIZE', 2, combinedFileSize),
  many('FILES_NAMES', 2, (state) =>
    entriesOf(state, files).map((e) => keyed('FILES_NAMES', e.key, textOf(e.key))),
  ),
  fileVariable('FILES_SIZES', (file) => String(file.size)),
  fileVariable('FILES_TMP_CONTENT', (file) => file.content),
  one('FULL_REQUEST', 2, fullRequest),
  one('FULL_REQUEST_LENGTH', 2, (state) => String(fullRequest(state).length)),
  ...[
    'BOUNDARY_QUOTED',
    'BOUNDARY_WHITESPACE',
    'CRLF_LF_LINES',
    'DATA_AFTER',
    'DATA_BEFORE',
    'FILE_LIMIT_EXCEEDED',
    'HEADER_FOLDING',
    'INVALID_HEADER_FOLDING',
    'INVALID_PART',
    'INVALID_QUOTING',
    'LF_LINE',
    'MISSING_SEMICOLON',
    'STRICT_ERROR',
    'UNMATCHED_BOUNDARY',
  ].map(multipart),
  many('MULTIPART_FILENAME', 2, (state) =>
    (state.body?.files ?? []).map((f) => keyed('MULTIPART_FILENAME', f.field, textOf(f.filename))),
  ),
  many('MULTIPART_NAME', 2, (state) =>
    (state.body?.files ?? []).map((f) => keyed('MULTIPART_NAME', f.field, textOf(f.field))),
  ),
  many('MULTIPART_PART_HEADERS', 2, (state) =>
    (state.body?.part_headers ?? []).map(([part, line]) =>
      keyed('MULTIPART_PART_HEADERS', part, textOf(line)),
    ),
  ),
  one('REQBODY_ERROR', 2, (state) => flag(state.body_error !== undefined)),
  one('REQBODY_ERROR_MSG', 2, (state) => state.body_error ?? ''),
  one('REQBODY_PROCESSOR', 'live', (state) => state.body_processor),
  one('REQBODY_PROCESSOR_ERROR', 2, (state) => flag(state.body?.error !== undefined)),
  one('REQBODY_PROCESSOR_ERROR_MSG', 2, (state) => state.body?.error ?? ''),
  one('REQUEST_BODY', 2, rawBody),
  one('REQUEST_BODY_LENGTH', 2, (state) => String(state.request_body?.length ?? 0)),
  one('INBOUND_DATA_ERROR', 2, (state) => flag(state.is_body_truncated)),
  { ...xml, shape: 'named' },
]
