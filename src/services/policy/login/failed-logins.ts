/** Which failed logins the activity log tells: enough to see an attack, never so many that one fills the disk. */
import type { Clock } from '#base/clock.ts'

export type FailedLogins = {
  /** `not_told`: how many were left out since the last that was told. Undefined: leave this one out too. */
  next(): { readonly not_told: number } | undefined
}

const told_max = 60
const window_ms = 10 * 60_000

export function failedLogins(clock: Clock): FailedLogins {
  let [since_ms, told, not_told] = [clock.elapsed(), 0, 0]
  return {
    next() {
      if (clock.elapsed() - since_ms >= window_ms) {
        since_ms = clock.elapsed()
        told = 0
      }
      if (told >= told_max) {
        not_told++
        return undefined
      }
      told++
      const next = { not_told }
      not_told = 0
      return next
    },
  }
}
