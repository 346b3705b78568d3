/** The policy: drafts, checks, replay, commits, and how they reach the nodes. */
import { z } from '#base/schema.ts'
import {
  CheckResult,
  Commit,
  CommitSummary,
  Draft,
  DraftSummary,
  PolicyDiff,
  RolloutView,
  WrittenPolicy,
} from '../draft.ts'
import { Fix, FixList } from '../fix.ts'
import { RecordedRequest, ReplayResult } from '../replay.ts'
import { type Contracts, pageOf, pageQuery } from './contract.ts'

/** A policy with all its exceptions, pages and data files. */
const document_bytes_max = 32 * 1024 ** 2
const revision = z.strictObject({ revision: z.coerce.number().int().min(1) })
const message = z.string().max(2000).default('').describe('Note for the history')
/** `head`, a revision, or `draft:UUID`. */
const version = z
  .string()
  .regex(/^(head|\d{1,9}|draft:[0-9a-f-]{36})$/, 'expected head, a revision, or draft:ID')

export const policyApi = {
  'GET /api/v1/policy': {
    id: 'policy.get',
    summary: 'The newest commit with its document',
    access: 'viewer',
    response: Commit.extend({
      is_of_file: z
        .boolean()
        .describe('Whether sites and rules are still what was last taken from a settings file'),
    }),
  },
  'GET /api/v1/policy/schema': {
    id: 'policy.schema',
    summary: 'JSON Schema (2020-12) of a policy document, with titles, defaults and sentences',
    access: 'viewer',
    response: z.record(z.string(), z.unknown()),
  },
  'GET /api/v1/policy/commits': {
    id: 'policy.history',
    summary: 'Commits, newest first',
    access: 'viewer',
    query: z.strictObject(pageQuery),
    response: pageOf(CommitSummary),
  },
  'GET /api/v1/policy/commits/{revision}': {
    id: 'policy.commit_get',
    summary: 'One commit with its document',
    access: 'viewer',
    params: revision,
    response: Commit,
  },
  'GET /api/v1/policy/diff': {
    id: 'policy.diff',
    summary: 'What differs between two versions, thing by thing',
    access: 'viewer',
    query: z.strictObject({
      from: version
        .optional()
        .describe('Left out: of a draft the revision that it was made from, else head'),
      to: version,
    }),
    response: PolicyDiff,
  },
  'POST /api/v1/policy/compare': {
    id: 'policy.compare',
    summary: 'What would change if this document were committed; checks it, changes nothing',
    access: 'analyst',
    body: z.strictObject({ document: WrittenPolicy }),
    body_bytes_max: document_bytes_max,
    response: z.strictObject({ diff: PolicyDiff, check: CheckResult }),
  },
  'POST /api/v1/policy/apply': {
    id: 'policy.apply',
    summary: 'Check this document and commit it; answers the old commit when nothing differs',
    access: 'administrator',
    body: z.strictObject({
      document: WrittenPolicy,
      message,
      base_revision: z.int().optional().describe('Refuse when somebody committed since'),
    }),
    body_bytes_max: document_bytes_max,
    response: z.strictObject({ commit: CommitSummary, diff: PolicyDiff, is_new: z.boolean() }),
  },
  'POST /api/v1/policy/rollback': {
    id: 'policy.rollback',
    summary: 'Commit an earlier version again, as a new revision',
    access: 'administrator',
    body: z.strictObject({ revision: z.int().min(1), message }),
    response: CommitSummary,
  },
  'GET /api/v1/policy/rollout': {
    id: 'rollout.get',
    summary: 'How the newest commit reaches the nodes',
    access: 'viewer',
    response: z.strictObject({ rollout: RolloutView.nullable() }),
  },
  'POST /api/v1/policy/rollout/resume': {
    id: 'rollout.resume',
    summary: 'Go on with a roll-out that was stopped',
    access: 'administrator',
  },
  'GET /api/v1/drafts': {
    id: 'drafts.list',
    summary: 'All drafts, newest change first',
    access: 'viewer',
    response: z.strictObject({ drafts: z.array(DraftSummary) }),
  },
  'POST /api/v1/drafts': {
    id: 'drafts.create',
    summary: 'A new draft of yours from the newest commit, or from the document given',
    access: 'analyst',
    body: z.strictObject({ name: z.string().min(1).max(100), document: WrittenPolicy.optional() }),
    body_bytes_max: document_bytes_max,
    response: Draft,
  },
  'GET /api/v1/drafts/{id}': {
    id: 'drafts.get',
    summary: 'One draft with its document; the header ETag names this state',
    access: 'viewer',
    response: Draft,
  },
  'PUT /api/v1/drafts/{id}': {
    id: 'drafts.write',
    summary: 'Write a draft of yours; If-Match must name the state that you read',
    access: 'analyst',
    needs_etag: true,
    body: z.strictObject({ name: z.string().min(1).max(100).optional(), document: WrittenPolicy }),
    body_bytes_max: document_bytes_max,
    response: Draft,
  },
  'DELETE /api/v1/drafts/{id}': {
    id: 'drafts.discard',
    summary: 'Throw a draft away; others’ drafts only as administrator',
    access: 'analyst',
  },
  'POST /api/v1/drafts/{id}/rebase': {
    id: 'drafts.rebase',
    summary:
      'Put the draft’s changes onto the newest commit; refused when both changed the same thing',
    access: 'analyst',
    response: Draft,
  },
  'POST /api/v1/drafts/{id}/check': {
    id: 'drafts.check',
    summary: 'Compile everything and run the rules’ own tests',
    access: 'analyst',
    response: CheckResult,
  },
  'POST /api/v1/drafts/{id}/replay': {
    id: 'drafts.replay',
    summary: 'Ask the draft and the newest commit about recorded requests; what would change',
    access: 'analyst',
    body: z.strictObject({
      hours: z.number().min(0.1).max(720).default(24),
      requests_max: z.int().min(1).max(100_000).default(10_000),
    }),
    response: ReplayResult,
  },
  'POST /api/v1/drafts/{id}/commit': {
    id: 'drafts.commit',
    summary: 'Check and commit a draft, which ends it; If-Match must name the state that you read',
    access: 'administrator',
    needs_etag: true,
    body: z.strictObject({ message }),
    response: CommitSummary,
  },
  'GET /api/v1/recorded-requests': {
    id: 'replay.requests',
    summary: 'Requests kept for replay, newest first',
    access: 'viewer',
    query: z.strictObject({ ...pageQuery, site: z.string().max(63).optional() }),
    response: pageOf(
      RecordedRequest.omit({ request: true }).extend({ method: z.string(), uri: z.string() }),
    ),
  },
  'GET /api/v1/recorded-requests/{id}': {
    id: 'replay.request',
    summary: 'One request kept for replay, masked as it was recorded',
    access: 'viewer',
    response: RecordedRequest,
  },
  'GET /api/v1/requests/{request_id}/fixes': {
    id: 'fixes.list',
    summary: 'Exceptions that let this request through, the narrowest first, each replayed',
    access: 'analyst',
    response: FixList,
  },
  'POST /api/v1/requests/{request_id}/fixes': {
    id: 'fixes.apply',
    summary: 'Put a fix into a draft of yours: the one named, or a new one',
    access: 'analyst',
    body: z.strictObject({
      number: z.int().min(1),
      digest: z
        .string()
        .regex(/^[0-9a-f]{12}$/, 'expected the digest of a list of fixes')
        .describe('Of the list that was read; refused when the fixes are others by now'),
      draft_id: z.uuid().optional(),
      reason: z.string().max(1000).default(''),
    }),
    response: z.strictObject({ draft: Draft, fix: Fix }),
  },
} as const satisfies Contracts
