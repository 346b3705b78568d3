/** What the supervisor and its children say to each other over their pipe. Plain JSON. */
import type { WorkerReport } from '#services/edge/report.ts'
import type { Settings } from '../settings.ts'

/** To an edge worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly settings: Settings; readonly worker_id: string }
  | { readonly kind: 'drain'; readonly limit_ms: number }

/** From an edge worker. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly facts: PolicyFacts }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  | { readonly kind: 'nudge' }

/** What a worker enforces. */
export type PolicyFacts = {
  readonly bundle: string
  readonly rule_set: string
  readonly rules: number
}

/** To the office: analytics, API and console. */
export type ToOffice =
  | { readonly kind: 'start'; readonly settings: Settings; readonly version: string }
  | { readonly kind: 'sites'; readonly sites: Settings['sites'] }
  | { readonly kind: 'stop' }

/** From the office. */
export type FromOffice =
  | { readonly kind: 'ready'; readonly url: string; readonly first_login?: FirstLogin }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export type FirstLogin = { readonly username: string; readonly password: string }
