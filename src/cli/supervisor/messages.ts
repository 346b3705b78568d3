/** What the supervisor and its children say to each other over their pipe. Plain JSON. */
import type { SystemEvent } from '#model/event.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { Deltas } from '#parts/enforcement/rate-limits.ts'
import type { WorkerReport } from '#services/edge/report.ts'
import type { FilePolicy } from '../policy.ts'
import type { Settings } from '../settings.ts'

/**
 * Where a worker finds a policy: on the shelf by the id of its bundle, or, before the first commit,
 * among the files that the supervisor made of the settings (`boot-policy.ts`). Only names cross the
 * pipe.
 */
export type PolicyRef = {
  readonly kind: 'shelf' | 'boot'
  /** Id of the bundle, or hash of the content. */
  readonly id: string
}

/** To an edge worker; taken in the order in which they come, but for `lists` and `rates`, which count at once. */
export type ToWorker =
  | {
      readonly kind: 'start'
      readonly settings: Settings
      readonly worker_id: string
      /** Null on a node that has no policy yet. */
      readonly policy: PolicyRef | null
      /** Revision of the lists that lie on the shelf, to be read there; 0 when they come over the pipe. */
      readonly lists_revision: number
    }
  /** Make it ready beside the one in force; answered with `prepared` or `refused`. */
  | { readonly kind: 'prepare'; readonly policy: PolicyRef }
  /** Put what was prepared in force; answered with `activated`. */
  | { readonly kind: 'activate'; readonly policy: PolicyRef }
  /** Entries that are new or changed, and ids of those that are gone. */
  | {
      readonly kind: 'lists'
      readonly entries: readonly ListEntry[]
      readonly removed: readonly string[]
    }
  /** What other workers counted for rate limits. */
  | { readonly kind: 'rates'; readonly deltas: Deltas }
  | { readonly kind: 'drain'; readonly limit_ms: number }

/** From an edge worker. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly facts: PolicyFacts }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** The shelf has not the lists that `start` speaks of: they are to come over the pipe. */
  | { readonly kind: 'lists_missing' }
  | { readonly kind: 'prepared'; readonly id: string }
  | {
      readonly kind: 'refused'
      readonly id: string
      readonly code: string
      readonly message: string
    }
  | { readonly kind: 'activated'; readonly id: string; readonly facts: PolicyFacts }
  | { readonly kind: 'rates'; readonly deltas: Deltas }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  | { readonly kind: 'nudge' }
  | { readonly kind: 'event'; readonly event: SystemEvent }

/** What a worker enforces; '' and 0 while it has no policy. */
export type PolicyFacts = {
  /** `12-3fa9c2d1` */
  readonly bundle: string
  readonly revision: number
  readonly rule_set: string
  readonly rules: number
}

export const noPolicy: PolicyFacts = { bundle: '', revision: 0, rule_set: '', rules: 0 }

/** To the office: analytics, API and console. */
export type ToOffice =
  | { readonly kind: 'start'; readonly settings: Settings; readonly version: string }
  | { readonly kind: 'sites'; readonly sites: Settings['sites'] }
  /**
   * What the settings file says of the policy. It becomes a commit when it is not what it was when
   * it was last told; answered with `file_policy_done` or `file_policy_failed` of the same id.
   */
  | { readonly kind: 'file_policy'; readonly id: number; readonly policy: FilePolicy }
  /** Ids of all nodes that were cut off. */
  | { readonly kind: 'revoked'; readonly node_ids: readonly string[] }
  | { readonly kind: 'stop' }

/** From the office. */
export type FromOffice =
  | { readonly kind: 'ready'; readonly url: string; readonly first_login?: FirstLogin }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** `revision`: of the newest commit, which now says what the file says. */
  | {
      readonly kind: 'file_policy_done'
      readonly id: number
      readonly revision: number
      readonly is_changed: boolean
    }
  | {
      readonly kind: 'file_policy_failed'
      readonly id: number
      readonly code: string
      readonly message: string
    }
  | { readonly kind: 'event'; readonly event: SystemEvent }

export type FirstLogin = { readonly username: string; readonly password: string }
