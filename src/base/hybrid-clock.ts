/**
 * A hybrid logical clock: close to the wall clock, never backwards, and ahead of everything that was heard of, so that an
 * effect sorts behind its cause although the clocks of two machines differ. Source: Kulkarni, Demirbas et al., "Logical
 * Physical Clocks", 2014.
 */
import type { Clock } from './clock.ts'

export type HybridClock = {
  /** `<milliseconds, 15 digits>.<counter, 5 digits>`; greater than all before, as text too. */
  now(): string
  /** Another clock said this: what happens here from now on is later. What is no such text is passed over. */
  receive(told: string): void
}

/** A clock that is further ahead than this is wrong, and would take ours with it. */
const ahead_max_ms = 60_000

const counter_max = 99_999

export function hybridClock(clock: Pick<Clock, 'now'>): HybridClock {
  let last_ms = 0
  let counter = 0
  return {
    now() {
      const wall_ms = Math.max(0, Math.trunc(clock.now()))
      if (wall_ms > last_ms) {
        last_ms = wall_ms
        counter = 0
      } else if (counter < counter_max) {
        counter += 1
      } else {
        last_ms += 1
        counter = 0
      }
      return `${String(last_ms).padStart(15, '0')}.${String(counter).padStart(5, '0')}`
    },
    receive(told) {
      const [, ms, count] = /^(\d{15})\.(\d{5})$/.exec(told) ?? []
      if (ms === undefined || count === undefined) return
      const [told_ms, told_count] = [Number(ms), Number(count)]
      if (told_ms > clock.now() + ahead_max_ms) return
      if (told_ms > last_ms || (told_ms === last_ms && told_count > counter)) {
        last_ms = told_ms
        counter = told_count
      }
    },
  }
}
