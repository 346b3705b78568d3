/** The console's one client of the API. */
import { Fault, messageOf } from '#base/fault.ts'
import type { AttackQuery } from '#model/attack-query.ts'
import { addressOf } from '#parts/client/call.ts'
import { ApiProblem, apiClient } from '#parts/client/client.ts'
import { fetchTransport } from '#parts/client/fetch-transport.ts'
import { words } from './words.ts'

export const api = apiClient(fetchTransport())

export type ProblemText = {
  readonly title: string
  readonly detail: string | undefined
  readonly code: string
  readonly request_id: string | undefined
}

/** What a page says of an error. */
export function problemText(error: unknown): ProblemText {
  if (error instanceof ApiProblem) {
    const { title, detail, code, instance, errors = [] } = error.problem
    const parts = errors.map((e) => `${e.path}: ${e.message}`)
    return {
      title,
      detail: [detail, ...parts].filter(Boolean).join('. ') || undefined,
      code,
      request_id: instance?.replace(/^urn:uuid:/, ''),
    }
  }
  if (error instanceof Fault && error.code === 'client.unreachable') {
    const { code, message } = error
    return { title: words.problem.unreachable, detail: message, code, request_id: undefined }
  }
  const detail = messageOf(error)
  return { title: words.problem.title, detail, code: 'console.bug', request_id: undefined }
}

/** Nobody is logged in, or no longer. */
export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401
}

/** What the API takes for a filter; a mutable copy, as query strings are made of it. */
export function apiQuery({ type, ...rest }: AttackQuery) {
  return { ...rest, ...(type ? { type: [...type] } : {}) }
}

/** Address of an export; a plain link, so that the browser saves it while it streams. */
export function exportAddress(query: AttackQuery, format: 'csv' | 'json'): string {
  return addressOf('GET /api/v1/attacks-export', { query: { ...apiQuery(query), format } }).path
}
