/** One stage through the engine, and what the log says about it. */
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { Match, Transaction } from '#parts/waf/transaction.ts'
import { answer } from './backend.ts'
import type { Expectation, SentRequest, Stage } from './cases.ts'

/** What is wrong; empty when the stage passes. */
export type Complaints = readonly string[]

export function runStage(ruleset: Ruleset, stage: Stage): Complaints {
  const transaction = exchange(ruleset, stage.request, stage.name)
  return complaints(stage.expected, transaction.matches)
}

/** Sends a request through all five phases. */
export function exchange(ruleset: Ruleset, request: SentRequest, id: string): Transaction {
  const transaction = ruleset.begin({
    request_id: id,
    at_ms: Date.UTC(2026, 0, 1),
    client_address: '192.0.2.1',
    client_port: 40_000,
    server_address: '127.0.0.1',
    server_port: 80,
    method: request.method,
    uri: request.uri,
    http_version: request.version.startsWith('HTTP/') ? request.version.slice(5) : '0.9',
    headers: request.headers.map(([name, value]) => [name, value.trim()] as const),
  })
  transaction.requestHeaders()
  transaction.requestBody(receivedBody(request))
  const response = answer(request)
  transaction.responseHeaders({ ...response, http_version: '1.1' })
  transaction.responseBody(transaction.wantsResponseBody() ? response.body : undefined)
  transaction.logging()
  return transaction
}

/** The body that a server takes from the wire: as long as Content-Length says, none without; chunks joined. */
function receivedBody({ headers, body }: SentRequest): string | undefined {
  const header = (name: string) => headers.find(([n]) => n.toLowerCase() === name)?.[1]
  if (header('transfer-encoding') === 'chunked') return joinChunks(body)
  const length = header('content-length') ?? '0'
  if (body === '' || length === '0') return undefined
  return /^\d+$/.test(length) ? body.slice(0, Number(length)) : body
}

function joinChunks(body: string): string {
  let joined = ''
  let rest = body
  for (;;) {
    const size = Number.parseInt(rest, 16)
    const start = rest.indexOf('\r\n') + 2
    if (!(size > 0) || start < 2) return joined
    joined += rest.slice(start, start + size)
    rest = rest.slice(start + size + 2)
  }
}

function complaints(expected: Expectation, matches: readonly Match[]): Complaints {
  const found = new Set(matches.map((match) => match.rule_id))
  const log = matches.map(logLine).join('\n')
  const { match_regex, no_match_regex } = expected
  return [
    ...expected.expect_ids.filter((id) => !found.has(id)).map((id) => `${id} is missing`),
    ...expected.no_expect_ids.filter((id) => found.has(id)).map((id) => `${id} is there`),
    ...(match_regex !== undefined && !new RegExp(match_regex).test(log)
      ? [`the log does not match ${match_regex}`]
      : []),
    ...(no_match_regex !== undefined && new RegExp(no_match_regex).test(log)
      ? [`the log matches ${no_match_regex}`]
      : []),
  ]
}

/** A match as ModSecurity's error log writes it, bytes that do not print as \xHH. */
function logLine(match: Match): string {
  const tags = match.tags.map((tag) => ` [tag "${tag}"]`).join('')
  const line =
    `ModSecurity: Warning. [file "${match.file}"] [line "${match.line}"] [id "${match.rule_id}"] ` +
    `[msg "${match.message}"] [data "${match.data}"] [severity "${match.severity}"] ` +
    `[ver "${match.version}"]${tags}`
  return line.replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
