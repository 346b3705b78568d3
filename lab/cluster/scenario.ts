/** A scenario of the cluster: they run one after the other in one world, each leaves it in sync. */
import type { ClusterWorld } from './world.ts'

export type Figures = Readonly<Record<string, number | string>>

export type ClusterScenario = {
  readonly name: string
  /** Throws when an invariant does not hold; resolves with what was measured. */
  run(world: ClusterWorld): Promise<Figures>
}

/** Machines are shared: a bar that is missed by less than this is told, and no failure. */
const noise = 3

/** @throws when a figure is far beyond its bar; what is a little beyond is printed */
export function demandBar(what: string, value: number, bar: number): void {
  if (value < bar) return
  const sentence = `${what}: ${value.toFixed(2)}, the bar is ${bar}`
  if (value >= bar * noise) throw new Error(sentence)
  console.log(`      MISSED ${sentence}`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
