/** How an exchange ends when it is not simply answered by the upstream. */
import type { Fault } from '#base/fault.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { CompiledLimit } from '#parts/enforcement/rate-limits.ts'
import type { Refusal } from '#parts/http/refusal.ts'
import type { Intervention } from '#parts/waf/transaction.ts'

export type Outcome =
  /** Refused before the rules ran, or because a body cannot be taken. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The client is on a deny list. */
  | { readonly kind: 'listed'; readonly entry: ListEntry }
  /** More requests than a rate limit lets through. */
  | { readonly kind: 'limited'; readonly limit: CompiledLimit; readonly retry_after_s: number }
  /** The rules said no. */
  | { readonly kind: 'blocked'; readonly intervention: Intervention }
  /** The rules took too long. */
  | { readonly kind: 'overlimit' }
  /** The engine, or a step of ours, failed. */
  | { readonly kind: 'faulted'; readonly fault: Fault }
  /** No upstream answered. */
  | { readonly kind: 'unanswered'; readonly fault: Fault }
  /** `OPTIONS *` asks about this server, not about a site's. */
  | { readonly kind: 'self' }
  /** The client left. */
  | { readonly kind: 'gone' }

/** Turned down before the rules ran. */
export function isTurnedDown(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'refused' || outcome?.kind === 'listed' || outcome?.kind === 'limited'
}

/** What a step says: go on (undefined), wait (it calls `proceed` later), or the end. */
export type StepResult = Outcome | 'wait' | undefined

/**
 * The status a client gets for an outcome; 499 as nginx logs it when nobody is there to get one.
 */
export function statusOf(outcome: Outcome, block_status: number): number {
  switch (outcome.kind) {
    case 'refused':
      return outcome.refusal.status
    case 'blocked':
      return blockedStatus(outcome.intervention, block_status)
    case 'listed':
    case 'overlimit':
      return block_status
    case 'limited':
      return outcome.limit.status
    case 'faulted':
      return 500
    case 'unanswered':
      if (outcome.fault.code === 'http.unsendable') return 400
      if (outcome.fault.code === 'http.upstream_silent') return 504
      return outcome.fault.code === 'http.no_upstream' ? 503 : 502
    case 'self':
      return 204
    case 'gone':
      return 499
    default:
      return outcome satisfies never
  }
}

/**
 * A rule that names another status than the 403 of rule sets means it; everything else is the
 * site's to say.
 */
function blockedStatus(intervention: Intervention, block_status: number): number {
  const { kind, status } = intervention
  if (kind === 'redirect') return status >= 300 && status < 400 ? status : 302
  return status === 403 || status < 400 || status > 599 ? block_status : status
}
