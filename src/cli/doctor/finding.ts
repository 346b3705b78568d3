/** What a check of the doctor is given and what it says. */

import type { SettingsProblem } from '#base/settings.ts'
import type { NodeStatus } from '#model/node.ts'
import type { NodeView } from '#model/node-view.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { counted } from '../policy-words.ts'
import type { Settings } from '../settings.ts'

export type Finding = {
  readonly level: 'ok' | 'warning' | 'critical'
  /** What is, in a sentence without full stop. */
  readonly sentence: string
  /** What it does to the node. */
  readonly why?: string
  /** What to do about it. */
  readonly fix?: string
}

/** All that is known when the checks begin. What is not running or not there is undefined. */
export type Patient = {
  readonly file: string
  /** As far as the file tells when it is broken. */
  readonly settings: Settings
  readonly problems: readonly SettingsProblem[]
  readonly status: NodeStatus | undefined
  /** Nodes as this one last heard of them. */
  readonly nodes: readonly NodeView[]
  readonly identity: NodeIdentity | undefined
  /** Why the identity cannot be read. */
  readonly identity_trouble: string | undefined
  readonly now_ms: number
  /** Aborted when the time for checks is over. */
  readonly signal: AbortSignal
}

export type Check = (patient: Patient) => Promise<readonly Finding[]>

type More = Pick<Finding, 'why' | 'fix'>

export const ok = (sentence: string): Finding => ({ level: 'ok', sentence })
export const warning = (sentence: string, more: More): Finding => ({
  level: 'warning',
  sentence,
  ...more,
})
export const critical = (sentence: string, more: More): Finding => ({
  level: 'critical',
  sentence,
  ...more,
})

/** Whether this machine is, or will found, a policy server. */
export function isPolicyServer({ identity }: Pick<Patient, 'identity'>): boolean {
  return identity?.roles.includes('policy') ?? true
}

/** Whether records of other nodes come here. */
export function isAnalytics({ identity }: Pick<Patient, 'identity'>): boolean {
  return identity?.roles.includes('analytics') ?? true
}

/** `3 days`, `5 hours`. */
export function span(ms: number): string {
  const [count, unit] =
    ms >= 2 * 86_400_000
      ? [ms / 86_400_000, 'day']
      : ms >= 2 * 3_600_000
        ? [ms / 3_600_000, 'hour']
        : [ms / 60_000, 'minute']
  return counted(Math.round(count), unit)
}
