/** A scenario: breaks one thing in one fresh world, throws when an invariant does not hold. */
import type { LabWorld, WorldOptions } from './world.ts'

export type Figures = Readonly<Record<string, number>>

export type Scenario = {
  readonly name: string
  /** What its world needs besides the defaults; made before and undone after. */
  readonly prepare?: () => Promise<AsyncDisposable & { readonly options: WorldOptions }>
  /** Resolves with what was measured. */
  run(world: LabWorld): Promise<Figures>
}
