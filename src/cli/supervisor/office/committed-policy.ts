/** The newest commit as those in the office use it who only need to know what it says. */
import type { World } from '#base/service.ts'
import { Policy } from '#model/policy.ts'
import { headRevision, newestCommit } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'

export type CommittedPolicy = Disposable & {
  /** Undefined before the first commit, or while none could be read yet. */
  now(): Policy | undefined
  /** Something was committed. Others' commits are found within a second. */
  refresh(): void
}

const look_ms = 1_000

export function committedPolicy(database: Database, { clock, log }: World): CommittedPolicy {
  let policy: Policy | undefined
  let revision = 0
  let is_looking = false
  let is_due = false
  const look = async (): Promise<void> => {
    const head = await headRevision(database)
    if (head === revision) return
    const commit = await newestCommit(database)
    if (commit === undefined) return
    const read = Policy.safeParse(commit.document)
    // Committed by a newer version: what is known of the older one still counts.
    if (read.success) policy = read.data
    revision = commit.bundle.head.revision
  }
  const refresh = (): void => {
    is_due = is_looking
    if (is_looking) return
    is_looking = true
    look()
      .catch((error: unknown) => log.detail('policy.not_read', { why: String(error) }))
      .finally(() => {
        is_looking = false
        if (is_due) refresh()
      })
  }
  refresh()
  const looking = clock.every(look_ms, refresh)
  return { now: () => policy, refresh, [Symbol.dispose]: () => looking[Symbol.dispose]() }
}
