/** What an upstream did wrong, told from what undici throws. */
import { type Fault, messageOf } from '#base/fault.ts'
import { httpFaults } from '../faults.ts'

const silent: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])
const refused: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
])

/** The request itself is at fault: no server would have got it. */
const unsendable: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

/**
 * A fault with the upstream's url: `upstream_refused`, `upstream_silent` or `upstream_broken`; or
 * `unsendable`.
 */
export function upstreamFault(url: string, error: unknown): Fault {
  const code = codeOf(error)
  const state = messageOf(error) || code
  if (unsendable.has(code)) return httpFaults.unsendable({ state }, { cause: error })
  if (silent.has(code)) return httpFaults.upstream_silent({ url, state }, { cause: error })
  if (refused.has(code)) return httpFaults.upstream_refused({ url, state }, { cause: error })
  return httpFaults.upstream_broken({ url, state }, { cause: error })
}

/** Connecting to several addresses of a name fails with one error that holds the others. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}
