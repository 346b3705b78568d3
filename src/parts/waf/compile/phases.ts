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
      return { rule, next, next_on_match: firstAbove(positions, target) }
    })
  })
}

/** Index of the first of ascending numbers that is greater; their count when none is. */
function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) > bound) high = middle
    else low = middle + 1
  }
  return low
}

/** Where each label stands, ascending. */
type Labels = ReadonlyMap<string, readonly number[]>

/** Where rules and labels stand among all items. The id of a rule is a label as well. */
function orderOf(items: readonly Item[], rules: readonly Rule[]) {
  const positions = new Map<Rule, number>()
  const labels = new Map<string, number[]>()
  const label = (name: string, position: number): void => {
    const here = labels.get(name)
    if (here === undefined) labels.set(name, [position])
    else here.push(position)
  }
  let seen = 0
  items.forEach((item, position) => {
    if (item.kind === 'marker') {
      label(item.name, position)
      return
    }
    const rule = rules[seen++]
    if (rule === undefined) return
    positions.set(rule, position)
    label(String(rule.id), position)
  })
  return { positions, labels }
}

function markerAfter(labels: Labels, rule: Rule, position: number): number {
  const wanted = rule.skip_after ?? ''
  const places = labels.get(wanted) ?? []
  const found = places[firstAbove(places, position)]
  if (found !== undefined) return found
  const suggestion = nearestName(wanted, labels.keys()) ?? ''
  throw wafFaults.unknown_marker({ ...rule.place, label: wanted, suggestion })
}
