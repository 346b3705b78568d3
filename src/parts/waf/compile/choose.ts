/** Which rules a directive or a ctl speaks of. */
import type { Place, RuleChoice } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { LoadContext } from './context.ts'

type Choosable = {
  readonly id: number
  readonly tags: readonly string[]
  readonly message: { readonly source: string }
}

/** The rules chosen by ids and ranges of ids, or by an unanchored expression over tags or message; each once. */
export type ChooseRules<R> = (choice: RuleChoice, place: Place) => readonly R[]

/**
 * Chooses among rules. Rule sets choose by tags many hundred times, and many rules share their tags: each text is asked once an
 * expression, not once a rule.
 */
export function chooser<R extends Choosable>(
  rules: readonly R[],
  context: Pick<LoadContext, 'regex'>,
): ChooseRules<R> {
  const by_id = Map.groupBy(rules, (rule) => rule.id)
  let by_tag: Map<string, R[]> | undefined
  let by_message: Map<string, R[]> | undefined
  const textsOf = (by: 'tag' | 'message') => {
    if (by === 'message') return (by_message ??= Map.groupBy(rules, (rule) => rule.message.source))
    return (by_tag ??= byTag(rules))
  }
  const choose: ChooseRules<R> = (choice, place) => {
    if (choice.by === 'id') {
      return unique(
        choice.values.flatMap((value) => {
          const [low, high] = rangeOf(value, place)
          if (low === high) return by_id.get(low) ?? []
          return rules.filter((rule) => rule.id >= low && rule.id <= high)
        }),
      )
    }
    const patterns = choice.values.map((value) => context.regex(place, value))
    const found: R[][] = []
    for (const [text, those] of textsOf(choice.by)) {
      if (patterns.some((pattern) => pattern.test(text))) found.push(those)
    }
    const [only = [], ...others] = found
    return others.length === 0 ? only : unique(found.flat())
  }
  // CRS says the same hundreds of times, each time with another target.
  const chosen = new Map<string, readonly R[]>()
  return (choice, place) => {
    const key = `${choice.by} ${choice.values.join('\n')}`
    let found = chosen.get(key)
    if (found === undefined) chosen.set(key, (found = choose(choice, place)))
    return found
  }
}

function byTag<R extends Choosable>(rules: readonly R[]): Map<string, R[]> {
  const found = new Map<string, R[]>()
  for (const rule of rules) {
    for (const tag of new Set(rule.tags)) {
      const those = found.get(tag)
      if (those === undefined) found.set(tag, [rule])
      else those.push(rule)
    }
  }
  return found
}

function unique<R>(rules: readonly R[]): readonly R[] {
  return [...new Set(rules)]
}

function rangeOf(value: string, place: Place): readonly [number, number] {
  const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(value) ?? []
  if (low === undefined || high === undefined) {
    const expected = 'ids and ranges of ids, such as 942100 or 942100-942199'
    throw wafFaults.bad_argument({ ...place, kind: 'choice of rules', name: 'id', value, expected })
  }
  return [Number(low), Number(high)]
}
