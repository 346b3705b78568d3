/** Slows down whoever guesses passwords: a bounded number of failures per key in a sliding window. */
import type { Clock } from '#base/clock.ts'

export type LoginLimit = {
  /**
   * Counts an attempt. `wait_ms` 0: go on, and call `forgive` when it succeeds. Else: refused, so long to wait.
   * Counting before the password is checked keeps many attempts at once from passing together.
   */
  attempt(key: string): { readonly wait_ms: number; forgive(): void }
}

/** Keys remembered; past it the one that was quiet for longest is forgotten. */
const keys_max = 10_000

export function loginLimit(
  clock: Clock,
  limit: { readonly failures: number; readonly window_ms: number },
): LoginLimit {
  const failures = new Map<string, number[]>()

  return {
    attempt(key) {
      const now = clock.elapsed()
      const times = (failures.get(key) ?? []).filter((time) => now - time < limit.window_ms)
      failures.delete(key)
      failures.set(key, times)
      if (failures.size > keys_max) failures.delete(failures.keys().next().value ?? '')
      if (times.length >= limit.failures) {
        return { wait_ms: limit.window_ms - (now - (times[0] ?? now)), forgive: () => {} }
      }
      times.push(now)
      return {
        wait_ms: 0,
        forgive() {
          const known = failures.get(key)
          const at = known?.indexOf(now) ?? -1
          if (at >= 0) known?.splice(at, 1)
          if (known?.length === 0) failures.delete(key)
        },
      }
    },
  }
}
