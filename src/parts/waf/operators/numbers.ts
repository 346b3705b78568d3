/** Operators that compare numbers. What is no number counts as 0, as in ModSecurity. */
import { toInteger } from '../run/values.ts'
import type { OperatorMaker } from './define.ts'

function compare(holds: (value: number, argument: number) => boolean): OperatorMaker {
  return ({ argument }) => {
    if (argument.constant !== undefined) {
      const fixed = toInteger(argument.constant)
      return { matches: (value) => holds(toInteger(value), fixed) }
    }
    return { matches: (value, state) => holds(toInteger(value), toInteger(argument.expand(state))) }
  }
}

export const eq = compare((value, argument) => value === argument)
export const ge = compare((value, argument) => value >= argument)
export const gt = compare((value, argument) => value > argument)
export const le = compare((value, argument) => value <= argument)
export const lt = compare((value, argument) => value < argument)
