/**
 * ★ Typed calls to the API. The shapes come from the contract as types only, so that a browser which
 * imports this file gets no schema library with it.
 */
import { Fault } from '#base/fault.ts'
import type { Problem } from '#model/problem.ts'
import { type Answer, addressOf, type Input, type JsonCall, type Parts } from './call.ts'

export type TransportRequest = {
  readonly method: string
  /** With query. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** Header If-Match, in quotes. */
  readonly if_match?: string
  readonly signal?: AbortSignal
}

export type TransportResponse = {
  readonly status: number
  /** Media type without parameters, lower case. */
  readonly media: string
  readonly text: string
}

/** Carries one call; throws `client.unreachable` when no answer came. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>

/** The API said no; `code`, `message` and `problem` are what it said (RFC 9457). */
export class ApiProblem extends Fault {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.code, problem.detail ?? problem.title, { status: problem.status })
    this.name = 'ApiProblem'
    this.problem = problem
  }

  get status(): number {
    return this.problem.status
  }
}

type Arguments<K extends JsonCall> =
  Record<never, never> extends Input<K> ? [input?: Input<K>] : [input: Input<K>]

/** Any input, seen without its key. */
type Given = Parts & {
  readonly body?: unknown
  readonly etag?: string
  readonly signal?: AbortSignal
}

export type ApiClient = {
  /** Throws `ApiProblem` when the API refuses and `client.unreachable` when it does not answer. */
  call<K extends JsonCall>(key: K, ...input: Arguments<K>): Promise<Answer<K>>
}

/**
 * @example
 * const client = apiClient(fetchTransport())
 * const page = await client.call('GET /api/v1/attacks', { query: { type: 'sqli', limit: 10 } })
 */
export function apiClient(transport: Transport): ApiClient {
  return {
    async call<K extends JsonCall>(key: K, ...[input]: Arguments<K>): Promise<Answer<K>> {
      const given: Given = input ?? {}
      const response = await transport({
        ...addressOf(key, given),
        ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
        ...(given.etag === undefined ? {} : { if_match: `"${given.etag}"` }),
        ...(given.signal ? { signal: given.signal } : {}),
      })
      if (response.status >= 200 && response.status < 300) {
        return (response.text === '' ? undefined : JSON.parse(response.text)) as Answer<K>
      }
      throw problemOf(response)
    },
  }
}

/** Also for answers that are not ours, such as the page of a proxy on the way. */
export function problemOf(response: TransportResponse): ApiProblem {
  const { status, media, text } = response
  if (media === 'application/problem+json') {
    const problem: unknown = JSON.parse(text)
    if (typeof problem === 'object' && problem !== null && 'code' in problem) {
      return new ApiProblem(problem as Problem)
    }
  }
  const title = `Cannot understand the answer: status ${status} with ${media || 'no media type'}`
  return new ApiProblem({ type: 'about:blank', title, status, code: 'client.not_our_api' })
}
