/** Text with macros (`%{tx.score}`) made ready for expansion. */
import { nearestName } from '#base/nearest.ts'
import type { Place } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { State, Template, Variable } from '../program.ts'
import { entriesOf } from '../variables/define.ts'
import { unsupportedVariables, variables } from '../variables.ts'

type Part = string | ((state: State) => string)

/** Prepares a text. Throws `waf.unknown_name` for a macro that names no variable. */
export function template(source: string, place: Place): Template {
  const parts = partsOf(source, place)
  const [first = '', ...others] = parts
  if (others.length === 0) {
    return typeof first === 'string'
      ? { source, constant: first, expand: () => first }
      : { source, constant: undefined, expand: first }
  }
  return {
    source,
    constant: undefined,
    expand(state) {
      let text = ''
      for (const part of parts) text += typeof part === 'string' ? part : part(state)
      return text
    },
  }
}

function partsOf(source: string, place: Place): readonly Part[] {
  const parts: Part[] = []
  let at = 0
  for (;;) {
    const open = source.indexOf('%{', at)
    const close = open === -1 ? -1 : source.indexOf('}', open)
    if (close === -1) break
    if (open > at) parts.push(source.slice(at, open))
    parts.push(macro(source.slice(open + 2, close), place))
    at = close + 1
  }
  if (at < source.length) parts.push(source.slice(at))
  return parts
}

function macro(text: string, place: Place): Part {
  const divider = text.search(/[.:]/)
  const name = divider === -1 ? text : text.slice(0, divider)
  const variable = variableNamed(name, place)
  if (divider === -1) return (state) => entriesOf(state, variable)[0]?.value.text ?? ''
  const folded = text.slice(divider + 1).toLowerCase()
  return (state) => firstOf(state, variable, folded)
}

/** The first value of a collection under a key (lower case); '' when there is none. */
function firstOf(state: State, variable: Variable, folded: string): string {
  if (variable.find) return variable.find(state, folded)?.value.text ?? ''
  for (const entry of entriesOf(state, variable)) {
    if (entry.folded === folded) return entry.value.text
  }
  return ''
}

/** The variable of a name. Throws `waf.unknown_name` or `waf.unsupported`. */
export function variableNamed(name: string, place: Place): Variable {
  const variable = variables.get(name.toUpperCase())
  if (variable) return variable
  const reason = unsupportedVariables.get(name.toUpperCase())
  if (reason !== undefined) {
    throw wafFaults.unsupported({ ...place, kind: 'variable', name, reason })
  }
  const suggestion = nearestName(name, variables.keys()) ?? ''
  throw wafFaults.unknown_name({ ...place, kind: 'variable', name, suggestion })
}
