/** What an operator needs to be made. */
import type { Place } from '#parts/seclang/tree.ts'
import type { Located, Operator, State, Template } from '../program.ts'
import type { Regex, RegexOptions } from '../regex.ts'

export type OperatorNeeds = {
  readonly place: Place
  /** As written in the rule. */
  readonly name: string
  readonly argument: Template
  /** Compiles once per pattern and rule set; throws `waf.bad_pattern`. */
  regex(pattern: string, options?: RegexOptions): Regex
  /** The content of a data file beside the rules; throws `waf.missing_data_file`. */
  dataFile(path: string): string
}

/** Makes an operator from its argument. Throws `waf.*` faults. */
export type OperatorMaker = (needs: OperatorNeeds) => Operator

/**
 * An operator made from its argument; made once when the argument has no macros, otherwise again for every new text
 * (the last one is kept).
 */
export function fromArgument(needs: OperatorNeeds, make: (argument: string) => Operator): Operator {
  const { argument } = needs
  if (argument.constant !== undefined) return make(argument.constant)
  let last: { readonly text: string; readonly operator: Operator } | undefined
  const current = (state: State): Operator => {
    const text = argument.expand(state)
    if (last?.text !== text) last = { text, operator: make(text) }
    return last.operator
  }
  return {
    matches: (value, state) => current(state).matches(value, state),
    locate: (value, state) => current(state).locate?.(value, state),
  }
}

/** A span of the value without captures of its own. */
export function span(value: string, at: number, length: number): Located | undefined {
  if (at < 0) return undefined
  const text = value.slice(at, at + length)
  return { at, text, captures: [text] }
}
