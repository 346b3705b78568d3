/**
 * Rate limits by the generic cell rate algorithm (ITU-T I.371, the "virtual scheduling" form): one number a key, the time at
 * which its bucket is empty again. Nothing has to be refilled, and two counts of one key are joined by adding them up.
 */
import type { Clock } from '#base/clock.ts'
import type { RateLimit } from '#model/policy.ts'

export type CompiledLimit = {
  readonly name: string
  /** Site as the policy names it; '' for all. */
  readonly site: string
  readonly key: RateLimit['key']
  readonly status: 429 | 503
  /** One request each so many milliseconds. */
  readonly interval_ms: number
  /** So many at once beyond the first. */
  readonly burst: number
  /**
   * Of a limit by session: what all sessions of one client may do together, ten times as much. A session is what a cookie
   * says, and who makes up a new one for each request would have no limit.
   */
  readonly of_client: CompiledLimit | undefined
}

/** What was taken since the last exchange: `[name of the limit and key, how often, milliseconds each]`. */
export type Deltas = readonly (readonly [key: string, taken: number, interval_ms: number])[]

export type RateCounter = {
  /** Counts a request. A refused one is not counted. */
  take(
    limit: CompiledLimit,
    key: string,
  ): { readonly ok: true } | { readonly ok: false; readonly retry_after_s: number }
  /** What was taken here since the last call; at most `keys_max` entries. */
  drain(): Deltas
  /** Adds what other workers of this node took. */
  merge(deltas: Deltas): void
  /** Keys that are known, for tests and metrics. */
  readonly size: number
}

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const

/** A limit as `take` needs it. `rate` is `10/s`, as the schema lets through. */
export function compileLimit(
  limit: Pick<RateLimit, 'name' | 'site' | 'key' | 'rate' | 'burst' | 'status'>,
): CompiledLimit {
  const { name, site, key, status, burst } = limit
  const [, count = '1', unit = 's'] = /^(\d+)\/([smh])$/.exec(limit.rate) ?? []
  const window_ms = units[unit as keyof typeof units]
  const made = { name, site, key, status, burst, interval_ms: window_ms / Number(count) }
  if (key !== 'session') return { ...made, of_client: undefined }
  const { interval_ms } = made
  const together = { ...made, interval_ms: interval_ms / factor, burst: (burst + 1) * factor - 1 }
  return { ...made, of_client: { ...together, of_client: undefined } }
}

/** Sessions behind one address that use all that a limit gives each of them; behind more of them it gets narrow. */
const factor = 10

/** Counts by limit and key; of more than `keys_max` keys the one unused longest is forgotten. */
export function rateCounter(clock: Clock, options: { readonly keys_max: number }): RateCounter {
  /** When the bucket of a key is empty again, in milliseconds of `clock.elapsed()`; in the order of use. */
  const empty_at = new Map<string, number>()
  const taken = new Map<string, { count: number; readonly interval_ms: number }>()

  const put = (key: string, at: number): void => {
    empty_at.delete(key)
    empty_at.set(key, at)
    if (empty_at.size <= options.keys_max) return
    const [oldest] = empty_at.keys()
    if (oldest !== undefined) empty_at.delete(oldest)
  }

  return {
    get size() {
      return empty_at.size
    },
    take(limit, key) {
      const now = clock.elapsed()
      const name = `${limit.name} ${key}`
      const due = Math.max(empty_at.get(name) ?? now, now)
      const wait_ms = due - now - limit.burst * limit.interval_ms
      // A millionth of a millisecond of rounding must not cost a whole request.
      if (wait_ms > 1e-6)
        return { ok: false, retry_after_s: Math.max(1, Math.ceil(wait_ms / 1000)) }
      put(name, due + limit.interval_ms)
      const known = taken.get(name)
      if (known !== undefined) known.count++
      else if (taken.size < options.keys_max)
        taken.set(name, { count: 1, interval_ms: limit.interval_ms })
      return { ok: true }
    },
    drain() {
      const deltas = [...taken].map(
        ([key, { count, interval_ms }]) => [key, count, interval_ms] as const,
      )
      taken.clear()
      return deltas
    },
    merge(deltas) {
      const now = clock.elapsed()
      for (const [key, count, interval_ms] of deltas) {
        const due = Math.max(empty_at.get(key) ?? now, now)
        put(key, due + count * interval_ms)
      }
    },
  }
}
