/** Reads the newest commit and what was decided about it before. */
import { z } from '#base/schema.ts'
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import { NodeGroup, Rollout } from '#model/policy.ts'
import { getCommit, headRevision, newestCommit } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { getRollout, lastDone, rolloutBefore } from '#parts/records/rollouts.ts'
import type { CommitFacts, RolloutPlan } from './plan.ts'

/** A bundle as a line of a stream. */
export type Offered = { readonly key: string; readonly text: string }

export type Observed = {
  readonly commit: CommitFacts
  readonly bundle: SignedBundle
  readonly text: string
  /** Of this commit, when it was saved before. */
  readonly plan: RolloutPlan | undefined
  /** Of the commit before. */
  readonly previous: RolloutPlan | undefined
}

const Groups = z.array(NodeGroup)

/**
 * Undefined when nothing was committed since `known`. `plan`: what was decided about `known`; spares questions.
 * @throws records.unavailable
 */
export async function observe(
  database: Database,
  known: { readonly revision: number; readonly plan: RolloutPlan | undefined },
  is_told: boolean,
): Promise<Observed | undefined> {
  if (!is_told && (await headRevision(database)) === known.revision) return undefined
  const stored = await newestCommit(database)
  const revision = stored?.bundle.head.revision ?? 0
  if (!stored || revision === known.revision) return undefined
  // Whoever tells of a commit has forced it to disk; one that we found ourselves may be on its way there. A node must not
  // enforce what a loss of power takes back.
  if (!is_told) await database.durable()
  const { bundle, document } = stored
  const { content } = bundle.head
  const plan = known.plan ? undefined : (await getRollout<RolloutPlan>(database, revision))?.plan
  const previous = known.plan ?? (await rolloutBefore<RolloutPlan>(database, revision))?.plan
  const base =
    previous?.state === 'done'
      ? { revision: previous.revision, content: previous.content }
      : await lastDone(database, { revision })
  return {
    commit: {
      revision,
      bundle_id: bundle.id,
      bundle: bundleName(bundle),
      content,
      // What an older release wrote and this one does not read must not stop the way to the nodes.
      rollout: Rollout.safeParse(document['rollout'] ?? {}).data ?? Rollout.parse({}),
      groups: Groups.safeParse(document['groups'] ?? []).data ?? [],
      base,
      is_rollback:
        plan?.is_rollback ??
        (base?.content === content ||
          (await lastDone(database, { revision, content })) !== undefined),
    },
    bundle,
    text: lineOf(bundle),
    plan,
    previous,
  }
}

/** Undefined when the commit was forgotten. */
export async function offeredBase(
  database: Database,
  revision: number,
): Promise<Offered | undefined> {
  const stored = await getCommit(database, revision)
  return stored && { key: stored.bundle.id, text: lineOf(stored.bundle) }
}

function lineOf(bundle: SignedBundle): string {
  return JSON.stringify({ kind: 'bundle', bundle })
}
