/** Rules in the order of each phase, with every skip resolved to an index. */
import { nearestName } from '#base/nearest.ts'
import { wafFaults } from '../faults.ts'
import type { Rule, Step } from '../program.ts'
import type { Item } from './assemble.ts'

/** Steps of phases 1 to 5 at indexes 1 to 5. Throws `waf.unknown_marker`. */
export function phasesOf(
  items: readonly Item[],
  rules: readonly Rule[],
): readonly (readonly Step[])[] {
  const order = orderOf(items, rules)
  return [0, 1, 2, 3, 4, 5].map((phase) => {
    const inPhase = rules.filter((rule) => rule.phase === phase)
    const positions = inPhase.map((rule) => order.positions.get(rule) ?? 0)
    return inPhase.map((rule, at): Step => {
      const next = at + 1
      if (rule.skip > 0) {
        return { rule, next, next_on_match: Math.min(next + rule.skip, inPhase.length) }
      }
      if (rule.skip_after === undefined) return { rule, next, next_on_match: next }
      const target = markerAfter(order.labels, rule, order.positions.get(rule) ?? 0)
      const first = positions.findIndex((position) => position > target)
      return { rule, next, next_on_match: first === -1 ? inPhase.length : first }
    })
  })
}

type Label = { readonly name: string; readonly position: number }

/** Where rules and labels stand among all items. The id of a rule is a label as well. */
function orderOf(items: readonly Item[], rules: readonly Rule[]) {
  const positions = new Map<Rule, number>()
  const labels: Label[] = []
  let seen = 0
  items.forEach((item, position) => {
    if (item.kind === 'marker') {
      labels.push({ name: item.name, position })
      return
    }
    const rule = rules[seen++]
    if (rule === undefined) return
    positions.set(rule, position)
    labels.push({ name: String(rule.id), position })
  })
  return { positions, labels }
}

function markerAfter(labels: readonly Label[], rule: Rule, position: number): number {
  const wanted = rule.skip_after ?? ''
  const found = labels.find((label) => label.name === wanted && label.position > position)
  if (found) return found.position
  const suggestion = nearestName(wanted, new Set(labels.map((label) => label.name))) ?? ''
  throw wafFaults.unknown_marker({ ...rule.place, label: wanted, suggestion })
}
