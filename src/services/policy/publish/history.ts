/** Commits as others see them, and the newest one kept at hand. */
import { bundleName } from '#model/bundle.ts'
import type { Commit, CommitSummary } from '#model/draft.ts'
import {
  type CommitRow,
  getCommit,
  headRevision,
  listCommits,
  newestCommit,
  type StoredCommit,
} from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { rolloutStates } from '#parts/records/rollouts.ts'
import { policyFaults } from '../faults.ts'

export type History = {
  /** Undefined before the first commit. */
  head(): Promise<StoredCommit | undefined>
  /** @throws policy.not_found */
  get(revision: number): Promise<StoredCommit>
  /** Newest first. @throws records.bad_cursor */
  list(page: {
    readonly cursor?: string | undefined
    readonly limit: number
  }): Promise<{ items: CommitSummary[]; next_cursor: string | null }>
  summary(commit: StoredCommit): Promise<CommitSummary>
  full(commit: StoredCommit): Promise<Commit>
}

export function history(database: Database): History {
  let newest: StoredCommit | undefined
  const head = async (): Promise<StoredCommit | undefined> => {
    const revision = await headRevision(database)
    if (newest?.bundle.head.revision !== revision) newest = await newestCommit(database)
    return newest
  }
  const summaries = async (rows: readonly CommitRow[]): Promise<CommitSummary[]> => {
    const states = await rolloutStates(
      database,
      rows.map((row) => row.revision),
    )
    const last = await headRevision(database)
    return rows.map(({ bundle_id, revision, ...row }) => ({
      ...row,
      revision,
      bundle_id,
      bundle: bundleName({ id: bundle_id, head: { revision } }),
      // The notifier has not looked at it yet, or never will.
      rollout: states.get(revision) ?? (revision === last ? 'running' : 'superseded'),
    }))
  }
  const summary = async (commit: StoredCommit): Promise<CommitSummary> => {
    const [only] = await summaries([rowOf(commit)])
    if (!only) throw policyFaults.not_found({ what: 'this commit' })
    return only
  }
  return {
    head,
    async get(revision) {
      const known = await head()
      if (known?.bundle.head.revision === revision) return known
      const commit = await getCommit(database, revision)
      if (!commit) throw policyFaults.not_found({ what: `revision ${revision}` })
      return commit
    },
    async list(page) {
      const { items, next_cursor } = await listCommits(database, page)
      return { items: await summaries(items), next_cursor }
    },
    summary,
    full: async (commit) => ({ ...(await summary(commit)), document: commit.document }),
  }
}

function rowOf({ bundle, changes }: StoredCommit): CommitRow {
  const { revision, author, message, committed_at } = bundle.head
  return { revision, bundle_id: bundle.id, author, message, at: committed_at, changes }
}
