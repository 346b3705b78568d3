/** Targets of rules to plans; rules with the same targets share one. */
import type { Place, Selector, TargetNode } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { Choice, Exclusion, Target, TargetPlan } from '../program.ts'
import type { LoadContext } from './context.ts'
import { variableNamed } from './templates.ts'

/** What makes expressions of patterns. */
type Expressions = Pick<LoadContext, 'regex'>

/** The plan of a rule's targets. Throws `waf.*` faults. */
export function planOf(context: LoadContext, nodes: readonly TargetNode[]): TargetPlan {
  const key = nodes.map(sourceOf).join('|')
  const known = context.plans.get(key)
  if (known) return known
  const excluded = nodes.filter((node) => node.mode === 'exclude')
  const exclusions = excluded.map((node) => exclusionOf(context, node))
  const targets = nodes
    .filter((node) => node.mode !== 'exclude')
    .map((node) => targetOf(context, node, exclusions))
  const is_settled = targets.every((target) => target.variable.settled !== 'live')
  const single = singleOf(targets)
  const plan: TargetPlan = { number: context.plans.size, targets, is_settled, single }
  context.plans.set(key, plan)
  return plan
}

function singleOf(targets: readonly Target[]): TargetPlan['single'] {
  const [target] = targets
  if (targets.length !== 1 || target === undefined) return undefined
  const { variable, choice, is_count, exclusions } = target
  const { find } = variable
  if (find === undefined || choice.kind !== 'name') return undefined
  if (is_count || exclusions.length > 0) return undefined
  return (state) => find(state, choice.folded)
}

/** What an exclusion (`!ARGS:id`) leaves out. */
export function exclusionOf(context: Expressions, node: TargetNode): Exclusion {
  const { name } = variableNamed(node.variable, node.place)
  return { collection: name, choice: choiceOf(context, node) }
}

function targetOf(
  context: LoadContext,
  node: TargetNode,
  exclusions: readonly Exclusion[],
): Target {
  const variable = variableNamed(node.variable, node.place)
  const choice = choiceOf(context, node)
  if (variable.shape === 'one' && choice.kind !== 'all') {
    throw badTarget(node, 'no selector: it has one value')
  }
  if (variable.shape === 'named' && choice.kind === 'all') {
    throw badTarget(node, 'a selector, such as XML:/*')
  }
  if (variable.name === 'XML') checkPath(node)
  return {
    variable,
    choice,
    is_count: node.mode === 'count',
    exclusions: exclusions.filter((exclusion) => exclusion.collection === variable.name),
    source: sourceOf(node),
  }
}

/** Of XPath only the two expressions that rule sets use are known. */
function checkPath(node: TargetNode) {
  const path = node.selector?.kind === 'name' ? node.selector.name : ''
  if (path !== '/*' && path !== '//@*') throw badTarget(node, 'the paths /* and //@* only')
}

function badTarget(node: TargetNode, expected: string) {
  const value = sourceOf(node)
  return wafFaults.bad_argument({
    ...node.place,
    kind: 'variable',
    name: node.variable,
    value,
    expected,
  })
}

function choiceOf(context: Expressions, node: TargetNode): Choice {
  const { selector } = node
  if (selector === undefined) return { kind: 'all' }
  if (selector.kind === 'name') return { kind: 'name', folded: selector.name.toLowerCase() }
  // Keys are compared without regard to case, by pattern as well.
  const options = { ignore_case: true, dot_all: true }
  return { kind: 'pattern', regex: context.regex(node.place, selector.pattern, options) }
}

function sourceOf(node: TargetNode): string {
  const mark = node.mode === 'exclude' ? '!' : node.mode === 'count' ? '&' : ''
  const { selector } = node
  const variable = node.variable.toUpperCase()
  if (selector === undefined) return `${mark}${variable}`
  const written = selector.kind === 'name' ? selector.name : `/${selector.pattern}/`
  return `${mark}${variable}:${written}`
}

/** The target written in a ctl (`ARGS:password`, `ARGS:/^re/`), as an exclusion; literal: `/^re/` is a name like any other. */
export function targetOfText(
  context: Expressions,
  text: string,
  place: Place,
  is_literal = false,
): Exclusion {
  const colon = text.indexOf(':')
  const variable = colon === -1 ? text : text.slice(0, colon)
  const written = colon === -1 ? undefined : text.slice(colon + 1)
  const isPattern =
    !is_literal &&
    written !== undefined &&
    written.length > 2 &&
    written.startsWith('/') &&
    written.endsWith('/') &&
    variable.toUpperCase() !== 'XML'
  const selector: Selector | undefined =
    written === undefined
      ? undefined
      : isPattern
        ? { kind: 'pattern', pattern: written.slice(1, -1) }
        : { kind: 'name', name: written }
  return exclusionOf(context, { place, mode: 'exclude', variable, selector })
}
