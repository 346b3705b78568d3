/** `!@within a b` to an operator node. */
import { seclangFaults } from '../faults.ts'
import type { OperatorNode } from '../tree.ts'
import type { LogicalLine } from './lines.ts'
import type { Word } from './words.ts'

/** Without `@name` the whole text is a regular expression. `\"` stands for `"`, other backslashes for themselves. */
export function parseOperator(line: LogicalLine, word: Word): OperatorNode {
  const text = word.text.replaceAll('\\"', '"')
  const place = line.place(word.offset)
  const trimmed = text.trimStart()
  const isNegated = trimmed.startsWith('!')
  const rest = isNegated ? trimmed.slice(1).trimStart() : trimmed
  if (!rest.startsWith('@')) {
    const argument = isNegated ? rest : text
    return { place, is_negated: isNegated, name: 'rx', argument, text }
  }
  const space = rest.search(/[ \t]/)
  const name = rest.slice(1, space === -1 ? undefined : space)
  if (name === '') {
    throw seclangFaults.bad_operator({ ...place, reason: 'the name of an operator is missing' })
  }
  // One space divides; what follows belongs to the argument, except for white space at its start.
  const argument = space === -1 ? '' : rest.slice(space).trimStart()
  return { place, is_negated: isNegated, name, argument, text: trimmed }
}
