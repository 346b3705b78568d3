/** One turn after the other, never two at once; what is wanted while one runs is done in the next. */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'

export type Turns<W extends string> = AsyncDisposable & {
  /** Asks for a turn that does these things. */
  want(...things: W[]): void
  /** Resolves when all that is wanted now was tried. */
  settled(): Promise<void>
  /** Does something between two turns. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

/** A database that is away is tried again with the next turn; whatever else is thrown is a bug. */
export function turns<W extends string>(
  turn: (wanted: ReadonlySet<W>) => Promise<void>,
  { log }: World,
): Turns<W> {
  let wanted = new Set<W>()
  let last: Promise<unknown> = Promise.resolve()
  let is_waiting = false
  let is_over = false
  let told = ''
  const run = async () => {
    is_waiting = false
    const things = wanted
    wanted = new Set()
    if (is_over || things.size === 0) return
    try {
      await turn(things)
      told = ''
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      for (const thing of things) wanted.add(thing)
      if (told !== error.message) log.trouble('notifier.held_up', error)
      told = error.message
    }
  }
  return {
    want(...things) {
      for (const thing of things) wanted.add(thing)
      if (is_waiting || is_over) return
      is_waiting = true
      last = last.then(run)
    },
    async settled() {
      await last
    },
    alone(work) {
      const done = last.then(work)
      last = done.catch(() => {})
      return done
    },
    async [Symbol.asyncDispose]() {
      is_over = true
      await last
    },
  }
}
