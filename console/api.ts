/** The console's one client of the API. */
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

/** Code of the fault of a transport that got no answer. */
const unreachable = 'client.unreachable'

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
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && 'code' in error && error.code === unreachable) {
    const title = words.problem.unreachable
    return { title, detail, code: unreachable, request_id: undefined }
  }
  return { title: words.problem.title, detail, code: 'console.bug', request_id: undefined }
}

/** Nobody is logged in, or no longer. */
export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401
}

/** The password was right, and the six digits are still wanted. */
export function isAboutTotp(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'policy.totp_needed'
}

/** Somebody else wrote it since it was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 412
}

/** What the API takes for a filter; a mutable copy, as query strings are made of it. */
export function apiQuery({ type, ...rest }: AttackQuery) {
  return { ...rest, ...(type ? { type: [...type] } : {}) }
}

/** Address of an export; a plain link, so that the browser saves it while it streams. */
export function exportAddress(query: AttackQuery, format: 'csv' | 'json'): string {
  return addressOf('GET /api/v1/attacks-export', { query: { ...apiQuery(query), format } }).path
}
