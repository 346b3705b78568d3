/**
 * Faults are failures we can explain: a stable code, a sentence and flat facts.
 * Everything else that is thrown is a bug and ends the process.
 */

type Fact = string | number | boolean | undefined
export type Facts = Readonly<Record<string, Fact>>

/** A failure we can explain. `code` is `room.name`, stable across releases. */
export class Fault extends Error {
  readonly code: string
  readonly facts: Facts

  constructor(code: string, message: string, facts: Facts, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Fault'
    this.code = code
    this.facts = facts
  }
}

type Sentences = Record<string, (facts: never) => string>
type Makers<S extends Sentences> = {
  readonly [K in keyof S]: (facts: Parameters<S[K]>[0], options?: ErrorOptions) => Fault
}

/**
 * Makes the faults of one room from their sentences.
 *
 * @example
 * const spoolFaults = faults('spool', {
 *   full: (f: { path: string }) => `Cannot append to "${f.path}": the size limit is reached`,
 * })
 * throw spoolFaults.full({ path }, { cause })
 */
export function faults<S extends Sentences>(room: string, sentences: S): Makers<S> {
  const makers: Record<string, (facts: Facts, options?: ErrorOptions) => Fault> = {}
  for (const [name, sentence] of Object.entries(sentences)) {
    makers[name] = (facts, options) =>
      new Fault(`${room}.${name}`, (sentence as (f: Facts) => string)(facts), facts, options)
  }
  return makers as Makers<S>
}

/** The error's sentence, for what may not be an Error at all. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
