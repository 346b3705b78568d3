/** What brings messages to one target. */
import type { Told } from './told.ts'

export type Sender = Disposable & {
  /** How many are handed over at once; what is under way at a crash is told again. */
  readonly batch_max: number
  /** Resolves when the other side has them, as far as its protocol tells; rejects when it has not all of them. */
  send(batch: readonly Told[]): Promise<void>
}
