/** Ways to define a variable. */
import type { Entry, State, Variable } from '../program.ts'
import { single } from '../run/values.ts'

const nothing: readonly Entry[] = []

type Settled = Variable['settled']

/** A variable with one value, or none when `read` gives undefined. */
export function one(
  name: string,
  settled: Settled,
  read: (state: State) => string | undefined,
): Variable {
  return {
    name,
    shape: 'one',
    settled,
    read(state) {
      const text = read(state)
      return text === undefined ? nothing : [single(name, text)]
    },
  }
}

/** A collection. */
export function many(
  name: string,
  settled: Settled,
  read: (state: State) => readonly Entry[],
): Variable {
  return { name, shape: 'many', settled, read }
}

/** What a variable holds now; settled ones are read once a phase. */
export function entriesOf(state: State, variable: Variable): readonly Entry[] {
  if (variable.settled === 'live') return variable.read(state)
  const known = state.lists.get(variable)
  if (known !== undefined) return known
  const list = variable.read(state)
  state.lists.set(variable, list)
  return list
}
