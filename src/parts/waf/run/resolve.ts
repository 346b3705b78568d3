/** The values that the targets of a rule mean, now. */
import type { Choice, Entry, Exclusion, PlanValues, State, Target, TargetPlan } from '../program.ts'
import { entriesOf } from '../variables/define.ts'
import { textOf } from './values.ts'

/** The values of a plan; those that no rule can change are resolved once a phase. */
export function resolve(state: State, plan: TargetPlan): PlanValues {
  if (!plan.is_settled) return planValues(collect(state, plan))
  const known = state.plans[plan.number]
  if (known !== undefined) return known
  const values = planValues(collect(state, plan))
  state.plans[plan.number] = values
  return values
}

function planValues(entries: readonly Entry[]): PlanValues {
  return { entries, is_read: false, marks: 0, others: 0 }
}

/** Is this value one that no rule looks at? */
export function isRemoved({ removed_everywhere }: State, entry: Entry): boolean {
  return removed_everywhere?.some((one) => excludes(one, entry)) === true
}

/** Leaves out what ctl:ruleRemoveTarget* or an exception took away. */
export function withoutRemoved(
  entries: readonly Entry[],
  removed: readonly Exclusion[],
): readonly Entry[] {
  return entries.filter((entry) => !removed.some((one) => excludes(one, entry)))
}

function collect(state: State, plan: TargetPlan): readonly Entry[] {
  const [first] = plan.targets
  if (plan.targets.length === 1 && first !== undefined) return entriesOfTarget(state, first)
  const lists = plan.targets.map((target) => entriesOfTarget(state, target))
  const [only, ...others] = lists.filter((list) => list.length > 0)
  return only === undefined ? nothing : others.length === 0 ? only : only.concat(...others)
}

function entriesOfTarget(state: State, target: Target): readonly Entry[] {
  const { variable, choice, exclusions } = target
  let entries: readonly Entry[]
  if (choice.kind === 'name' && variable.find !== undefined) {
    const found = variable.find(state, choice.folded)
    entries = found === undefined ? nothing : [found]
  } else {
    const all = entriesOf(state, variable)
    entries = choice.kind === 'all' ? all : all.filter((entry) => isChosen(choice, entry))
  }
  if (exclusions.length > 0) entries = withoutRemoved(entries, exclusions)
  if (!target.is_count) {
    const { removed_everywhere: removed } = state
    return removed === undefined ? entries : withoutRemoved(entries, removed)
  }
  return [
    {
      collection: target.source,
      key: '',
      folded: '',
      value: textOf(String(entries.length)),
      origin: undefined,
    },
  ]
}

const nothing: readonly Entry[] = []

function isChosen(choice: Choice, entry: Entry): boolean {
  switch (choice.kind) {
    case 'all':
      return true
    case 'name':
      return entry.folded === choice.folded
    case 'pattern':
      return choice.regex.test(entry.key)
    default:
      return choice satisfies never
  }
}

function excludes(exclusion: Exclusion, entry: Entry): boolean {
  return exclusion.collection === entry.collection && isChosen(exclusion.choice, entry)
}
