/** The regression suite of OWASP CRS as data: what each stage sends and what the log must say. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from '#base/schema.ts'

/** A request as go-ftw sends it, one character a byte. */
export type SentRequest = {
  readonly method: string
  readonly uri: string
  /** As written, `HTTP/1.1`. */
  readonly version: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** All of it, as it goes over the wire. */
  readonly bytes: string
}

export type Expectation = {
  readonly expect_ids: readonly number[]
  readonly no_expect_ids: readonly number[]
  readonly match_regex: string | undefined
  readonly no_match_regex: string | undefined
  /** Some stages look at the log, some only at the answer. */
  readonly has_log_checks: boolean
  readonly status: number | undefined
  readonly expect_error: boolean
}

export type Stage = {
  /** `920100-4`, with `.2` for a second stage. */
  readonly name: string
  readonly test_name: string
  readonly rule_id: number
  readonly request: SentRequest
  readonly expected: Expectation
}

// Everything is read as text (YAML's failsafe schema), as go-ftw's string fields have it.
const ids = z.array(z.string()).default([])
const Output = z.strictObject({
  status: z.string().optional(),
  expect_error: z.string().optional(),
  retry_once: z.string().optional(),
  log: z
    .strictObject({
      expect_ids: ids,
      no_expect_ids: ids,
      match_regex: z.string().optional(),
      no_match_regex: z.string().optional(),
    })
    .optional(),
})
const Input = z.strictObject({
  dest_addr: z.string().optional(),
  port: z.string().optional(),
  protocol: z.string().optional(),
  method: z.string().default('GET'),
  uri: z.string().default('/'),
  version: z.string().default('HTTP/1.1'),
  headers: z.record(z.string(), z.string()).default({}),
  data: z.string().default(''),
  encoded_request: z.string().default(''),
  autocomplete_headers: z.enum(['true', 'false']).default('true'),
})
const TestFile = z.object({
  rule_id: z.string(),
  tests: z.array(
    z.object({
      test_id: z.string(),
      stages: z.array(z.strictObject({ input: Input, output: Output })),
    }),
  ),
})

/** All stages, by file and test. Throws when a file has a field that we do not know. */
export function loadStages(crsDir: string): readonly Stage[] {
  const dir = join(crsDir, 'tests', 'regression', 'tests')
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') || file.endsWith('.yml'))
    .sort()
  return files.flatMap((file) => stagesOf(join(dir, file)))
}

function stagesOf(path: string): readonly Stage[] {
  const raw: unknown = parse(readFileSync(path, 'utf8'), { schema: 'failsafe', uniqueKeys: false })
  // A file may hold comments only.
  if (raw === null) return []
  const read = TestFile.safeParse(raw)
  if (!read.success) throw new Error(`Cannot read ${path}: ${z.prettifyError(read.error)}`)
  const { rule_id, tests } = read.data
  return tests.flatMap(({ test_id, stages }) =>
    stages.map(({ input, output }, at) => {
      const test_name = `${basename(path, extname(path))}-${test_id}`
      return {
        name: at === 0 ? test_name : `${test_name}.${at + 1}`,
        test_name,
        rule_id: Number(rule_id),
        request: sentRequest(input),
        expected: expectation(output),
      }
    }),
  )
}

function expectation(output: z.infer<typeof Output>): Expectation {
  const { log, status, expect_error } = output
  return {
    expect_ids: (log?.expect_ids ?? []).map(Number),
    no_expect_ids: (log?.no_expect_ids ?? []).map(Number),
    match_regex: log?.match_regex,
    no_match_regex: log?.no_match_regex,
    has_log_checks: log !== undefined,
    status: status === undefined ? undefined : Number(status),
    expect_error: expect_error === 'true',
  }
}

const bytesOf = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** Builds the request as go-ftw does: headers completed, form data escaped, multipart lines ended by CRLF, headers sorted. */
function sentRequest(input: z.infer<typeof Input>): SentRequest {
  if (input.encoded_request !== '') {
    return parseRawRequest(Buffer.from(input.encoded_request, 'base64').toString('latin1'))
  }
  const headers = new Map(
    Object.entries(input.headers).map(([name, value]) => [bytesOf(name), bytesOf(value)]),
  )
  const add = (name: string, value: string) => {
    if ((headers.get(name) ?? '') === '') headers.set(name, value)
  }
  const completes = input.autocomplete_headers === 'true'
  let body = bytesOf(expandTemplate(input.data))
  if (completes && body !== '') {
    add('Content-Type', 'application/x-www-form-urlencoded')
    if (headers.get('Content-Type') === 'application/x-www-form-urlencoded') body = escapeForm(body)
  }
  if (headers.get('Content-Type')?.startsWith('multipart/form-data;')) {
    body = body.replaceAll('\n', '\r\n')
  }
  if (completes) {
    add('Connection', 'close')
    const hasLength = body !== '' || /^POST|PUT|PATCH|DELETE$/.test(input.method)
    if (hasLength) add('Content-Length', String(body.length))
  }
  const sorted = [...headers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const method = bytesOf(input.method)
  const uri = bytesOf(input.uri)
  const version = bytesOf(input.version)
  const lines = sorted.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const bytes = `${method} ${uri} ${version}\r\n${lines}\r\n${body}`
  return { method, uri, version, headers: sorted, body, bytes }
}

/** The one template that the suite uses: `{{ "1" | repeat 64200 }}`; other braces are data. */
function expandTemplate(data: string): string {
  return data.replace(/\{\{ "(.)" \| repeat (\d+) \}\}/g, (_, text: string, count: string) =>
    text.repeat(Number(count)),
  )
}

/** Form data that unescaping would not change gets its names and values escaped. */
function escapeForm(body: string): string {
  if (/[%+]/.test(body)) return body
  return body
    .split('&')
    .map((token) => {
      const equals = token.indexOf('=')
      if (equals === -1) return escapeBytes(token)
      return `${escapeBytes(token.slice(0, equals))}=${escapeBytes(token.slice(equals + 1))}`
    })
    .join('&')
}

function escapeBytes(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (c) =>
    c === ' ' ? '+' : `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** Takes a whole request apart; strict about its lines, because only well-formed ones are in the suite. */
function parseRawRequest(bytes: string): SentRequest {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) throw new Error('Cannot parse a raw request: its head has no end')
  const [line = '', ...headerLines] = bytes.slice(0, end).split('\r\n')
  const [method = '', uri = '', version = ''] = line.split(' ')
  const headers = headerLines.map((header): readonly [string, string] => {
    const colon = header.indexOf(':')
    if (colon === -1) throw new Error(`Cannot parse a raw request: "${header}" is no header`)
    return [header.slice(0, colon), header.slice(colon + 1).trim()]
  })
  return { method, uri, version, headers, body: bytes.slice(end + 4), bytes }
}
