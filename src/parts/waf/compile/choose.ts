/** Which rules a directive or a ctl speaks of. */
import type { Place, RuleChoice } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { Regex } from '../regex.ts'
import type { LoadContext } from './context.ts'

type Choosable = {
  readonly id: number
  readonly tags: readonly string[]
  readonly message: { readonly source: string }
}

/** The rules chosen by ids and ranges of ids, or by an unanchored expression over tags or message. */
export function chooseRules<R extends Choosable>(
  choice: RuleChoice,
  rules: readonly R[],
  place: Place,
  context: LoadContext,
): readonly R[] {
  if (choice.by === 'id') {
    const ranges = choice.values.map((value) => rangeOf(value, place))
    return rules.filter((rule) => ranges.some(([low, high]) => rule.id >= low && rule.id <= high))
  }
  const patterns = choice.values.map((value) => context.regex(place, value))
  return rules.filter((rule) => {
    const texts = choice.by === 'tag' ? rule.tags : [rule.message.source]
    return texts.some((text) => patterns.some((pattern: Regex) => pattern.test(text)))
  })
}

function rangeOf(value: string, place: Place): readonly [number, number] {
  const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(value) ?? []
  if (low === undefined || high === undefined) {
    const expected = 'ids and ranges of ids, such as 942100 or 942100-942199'
    throw wafFaults.bad_argument({ ...place, kind: 'choice of rules', name: 'id', value, expected })
  }
  return [Number(low), Number(high)]
}
