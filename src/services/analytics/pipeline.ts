/**
 * ★ Hits become attacks, step by step. What a fault means: in `check` the one record is refused, in `store` the whole
 * batch is (nothing of it counts, the sender keeps it), in `conclude` nothing: what is stored is stored.
 */
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { IntakeAnswer } from '#model/intake.ts'
import type { Database } from '#parts/records/database.ts'
import { check } from './steps/check.ts'
import { type Conclusions, conclude } from './steps/conclude.ts'
import { store } from './steps/store.ts'

export type PipelineTools = {
  readonly database: Database
  /** A longer silence opens a new attack. */
  readonly gap_ms: number
  readonly conclusions: Conclusions
  readonly clock: World['clock']
  /** Told of hits that are new, once they are stored: jails count them. */
  readonly onNewHits?: (hits: readonly Hit[]) => void
}

/**
 * Takes one batch as it came over the wire. The answer says that everything but `rejected` is in the database, be it
 * from now or from before. `mayBe` throws when the sender may not speak for this node.
 * @throws analytics.wrong_shape, records.unavailable
 */
export async function takeBatch(
  body: unknown,
  tools: PipelineTools,
  mayBe: (node: string) => void = () => {},
): Promise<IntakeAnswer> {
  const started_ms = tools.clock.elapsed()
  const checked = check(body, tools.clock.now())
  mayBe(checked.node)
  const stored = await store(checked, tools)
  conclude(stored, tools.clock.elapsed() - started_ms, tools.conclusions)
  return {
    stored: stored.stored + stored.duplicates,
    rejected: stored.rejected.map((refusal) => refusal.index).sort((a, b) => a - b),
  }
}
