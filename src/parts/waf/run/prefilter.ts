/**
 * Most values cannot match most rules: they lack a byte that every match has. Told by the kinds of bytes in them,
 * before they are transformed, for all values of a rule at once where that is possible. Never wrong, only cautious.
 */
import type { Link, PlanValues, Text } from '../program.ts'
import { readKinds } from './byte-kinds.ts'

/** True when no value of the rule can match. */
export function noneCanMatch(link: Link, values: PlanValues): boolean {
  if (values.entries.length === 0) return true
  if (link.is_negated || needsOf(link).length === 0) return false
  if (!values.is_read) readAllKinds(values)
  return cannot(link, values.marks, values.others)
}

/** True when the value cannot match after its transformations either. */
export function cannotMatch(link: Link, value: Text): boolean {
  if (needsOf(link).length === 0) return false
  if (!value.is_read) readKinds(value)
  return cannot(link, value.marks, value.others)
}

/** True when bytes of these kinds alone lack one that the operator needs. */
export function lacksNeed(link: Link, marks: number, others: number): boolean {
  for (const need of needsOf(link)) {
    if (((marks & need.marks) | (others & need.others)) === 0) return true
  }
  return false
}

/** What transformations add is known unless one of them decodes. */
function cannot(link: Link, marks: number, others: number): boolean {
  const { is_always, decoder_triggers, adds } = link.chain
  if (is_always) return false
  const allMarks = marks | adds.marks
  const allOthers = others | adds.others
  const decodes = (allMarks & decoder_triggers.marks) | (allOthers & decoder_triggers.others)
  return decodes === 0 && lacksNeed(link, allMarks, allOthers)
}

function needsOf(link: Link): NonNullable<Link['needs']> {
  link.needs ??= link.operator.needs?.() ?? []
  return link.needs
}

function readAllKinds(values: PlanValues) {
  for (const { value } of values.entries) {
    if (!value.is_read) readKinds(value)
    values.marks |= value.marks
    values.others |= value.others
  }
  values.is_read = true
}
