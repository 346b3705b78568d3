/** A scenario of the cluster: they run one after the other in one world, each leaves it in sync. */
import type { ClusterWorld } from './world.ts'

export type Figures = Readonly<Record<string, number | string>>

export type ClusterScenario = {
  readonly name: string
  /** Throws when an invariant does not hold; resolves with what was measured. */
  run(world: ClusterWorld): Promise<Figures>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
