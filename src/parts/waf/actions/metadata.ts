/** Actions that say what a rule is. */
import { template } from '../compile/templates.ts'
import { type Action, badArgument, integerIn } from './define.ts'

const severities: readonly string[] = [
  'EMERGENCY',
  'ALERT',
  'CRITICAL',
  'ERROR',
  'WARNING',
  'NOTICE',
  'INFO',
  'DEBUG',
]

const phases: Readonly<Record<string, number>> = { request: 2, response: 4, logging: 5 }

function metadata(apply: Action['apply']): Action {
  return { argument: 'required', is_for_head: true, apply }
}

export const metadataActions: Readonly<Record<string, Action>> = {
  accuracy: metadata((_, __, node) => void integerIn(node, 0, 9)),
  id: metadata((draft, _, node) => {
    draft.id = integerIn(node, 1, 2 ** 53 - 1)
  }),
  logdata: metadata((draft, argument, node) => {
    draft.data = template(argument, node.place)
  }),
  maturity: metadata((_, __, node) => void integerIn(node, 0, 9)),
  msg: metadata((draft, argument, node) => {
    draft.message = template(argument, node.place)
  }),
  phase: metadata((draft, argument, node) => {
    draft.phase = phases[argument.toLowerCase()] ?? integerIn(node, 1, 5)
  }),
  rev: metadata((draft, argument) => {
    draft.revision = argument
  }),
  severity: metadata((draft, argument, node) => {
    const rank = /^\d$/.test(argument)
      ? Number(argument)
      : severities.indexOf(argument.toUpperCase())
    const name = severities[rank]
    if (name === undefined) throw badArgument(node, `one of ${severities.join(', ')} or 0 to 7`)
    draft.severity = name
    draft.severity_rank = rank
  }),
  tag: metadata((draft, argument) => {
    draft.tags.push(argument)
  }),
  ver: metadata((draft, argument) => {
    draft.version = argument
  }),
}
