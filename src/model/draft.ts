/** Drafts, commits and what lies between two policies. */
import { z } from '#base/schema.ts'
import { Sha256 } from './bundle.ts'

/**
 * A policy in written form; checked by the handler against `Policy`, so that everything wrong is told at once. No `z.record`:
 * that copies field by field, and whoever sends a million of them would stop the office for seconds.
 */
export const WrittenPolicy = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected a policy document',
  )
  .meta({ type: 'object', additionalProperties: {} })

export const DraftSummary = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  owner: z.string(),
  /** The commit it was made from. */
  base_revision: z.int(),
  /** True when somebody committed since: committing it needs a merge or a fresh start. */
  is_stale: z.boolean(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** Changes with every write; sent back in `If-Match`. */
  etag: z.string(),
})
export type DraftSummary = z.infer<typeof DraftSummary>

export const Draft = DraftSummary.extend({ document: WrittenPolicy })
export type Draft = z.infer<typeof Draft>

/** Something wrong or doubtful in a policy. */
export const Finding = z.strictObject({
  severity: z.enum(['error', 'warning']),
  /** `sites.0.upstreams.0.url`; `` when it is the policy as a whole. */
  path: z.string(),
  message: z.string(),
  code: z.string(),
})
export type Finding = z.infer<typeof Finding>

export const RuleTestResult = z.strictObject({
  rules: z.string(),
  test: z.string(),
  passed: z.boolean(),
  message: z.string(),
})
export type RuleTestResult = z.infer<typeof RuleTestResult>

export const CheckResult = z.strictObject({
  is_good: z.boolean(),
  findings: z.array(Finding),
  tests: z.array(RuleTestResult),
  rule_set: z.string(),
  rules: z.int(),
  took_ms: z.number(),
})
export type CheckResult = z.infer<typeof CheckResult>

/** One thing that differs, told the way people think of it. */
export const PolicyChange = z.strictObject({
  kind: z.enum(['added', 'removed', 'changed']),
  /** `sites`, `exceptions` … */
  section: z.string(),
  /** Name of the site, exception …; `` for sections that are one thing. */
  name: z.string(),
  /** Inside it: `mode`, `upstreams.0.url`; `` when the whole thing came or went. */
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})
export type PolicyChange = z.infer<typeof PolicyChange>

export const PolicyDiff = z.strictObject({
  from: z.string(),
  to: z.string(),
  changes: z.array(PolicyChange),
})
export type PolicyDiff = z.infer<typeof PolicyDiff>

export const CommitSummary = z.strictObject({
  revision: z.int(),
  /** `12-3fa9c2d1` */
  bundle: z.string(),
  bundle_id: Sha256,
  author: z.string(),
  message: z.string(),
  at: z.iso.datetime(),
  /** How many things differ from the commit before. */
  changes: z.int(),
  /** How the roll-out stands. */
  rollout: z.enum(['running', 'done', 'stopped', 'rolled_back', 'superseded']),
})
export type CommitSummary = z.infer<typeof CommitSummary>

export const Commit = CommitSummary.extend({ document: WrittenPolicy })
export type Commit = z.infer<typeof Commit>

export const WaveView = z.strictObject({
  name: z.string().describe('policy servers, canary, wave 1 …'),
  state: z.enum(['waiting', 'running', 'watching', 'done', 'failed']),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['waiting', 'offered', 'applied', 'refused', 'absent']),
      took_ms: z.number().nullable(),
      message: z.string(),
    }),
  ),
})

/** How a commit travels. */
export const RolloutView = z.strictObject({
  revision: z.int(),
  bundle: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'rolled_back', 'superseded']),
  /** The notifier's sentence: what it does or waits for. */
  why: z.string(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  waves: z.array(WaveView),
})
export type RolloutView = z.infer<typeof RolloutView>
