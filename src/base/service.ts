/** What a daemon is: it starts, is ready when `start` resolves, and is closed by disposing it. */
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** All that a service may reach of the world around it; nothing is read from globals. */
export type World = {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Aborted when the process is told to stop. */
  readonly stop: AbortSignal
}

/** A running daemon. Disposing it drains and closes what it opened, in reverse. */
export type Running = AsyncDisposable & {
  /** Takes new settings without losing work; throws a fault and keeps the old ones when they do not hold. */
  reload?(): Promise<void>
}
