/** Time's only home: nothing else in src/ reads the system clock or sets a timer of its own. */
import { setTimeout as delay } from 'node:timers/promises'

export type Clock = {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  now(): number
  /** Monotonic milliseconds with fractions, for durations. Never goes back. */
  elapsed(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `action` every `ms` until disposed; does not keep the process alive. */
  every(ms: number, action: () => void): Disposable
  /** Calls `action` once after `ms` unless disposed first; does not keep the process alive. */
  after(ms: number, action: () => void): Disposable
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
  every(ms, action) {
    const timer = setInterval(action, ms).unref()
    return { [Symbol.dispose]: () => clearInterval(timer) }
  },
  after(ms, action) {
    const timer = setTimeout(action, ms).unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

export type TestClock = Clock & {
  /** Turns the clock and runs what falls due, in order. */
  advance(ms: number): Promise<void>
}

/** A clock that a test turns by hand. */
export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let time = start
  type Due = { at: number; run: () => void; every?: number }
  const dues = new Set<Due>()
  const add = (due: Due): Disposable => {
    dues.add(due)
    return { [Symbol.dispose]: () => dues.delete(due) }
  }
  return {
    now: () => time,
    elapsed: () => time - start,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const due = add({ at: time + ms, run: resolve })
        signal?.addEventListener('abort', () => {
          due[Symbol.dispose]()
          reject(signal.reason)
        })
      }),
    every: (ms, run) => add({ at: time + ms, run, every: ms }),
    after: (ms, run) => add({ at: time + ms, run }),
    async advance(ms) {
      const end = time + ms
      for (;;) {
        const next = [...dues].filter((d) => d.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        time = Math.max(time, next.at)
        if (next.every) next.at += next.every
        else dues.delete(next)
        next.run()
        for (let i = 0; i < 5; i++) await Promise.resolve()
      }
      time = end
    },
  }
}
