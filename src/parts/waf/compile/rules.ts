/** Drafts of rules to rules that can run. */
import { nearestName } from '#base/nearest.ts'
import type { OperatorNode } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import {
  fileOperators as fileOperatorNames,
  filesNamed,
  operators,
  operatorsWithoutArgument,
  operatorsWithoutEffect,
  unsupportedOperators,
} from '../operators.ts'
import type { Disposition, Link, Operator, Rule } from '../program.ts'
import type { Item, LinkDraft, RuleDraft } from './assemble.ts'
import { chainOf } from './chains.ts'
import type { LoadContext } from './context.ts'
import type { Draft } from './draft.ts'
import { planOf } from './targets.ts'
import { template } from './templates.ts'

const byName = new Map(Object.entries(operators).map(([name, make]) => [name.toLowerCase(), make]))
const withoutArgument = new Set(operatorsWithoutArgument.map((name) => name.toLowerCase()))
const fileOperators = new Set(fileOperatorNames.map((name) => name.toLowerCase()))
const withoutEffect = new Set(operatorsWithoutEffect.map((name) => name.toLowerCase()))
const unsupported = new Map(
  Object.entries(unsupportedOperators).map(([name, reason]) => [name.toLowerCase(), reason]),
)

/** Compiles all rules, in order. Throws `waf.*` faults. */
export function* compileRules(
  items: readonly Item[],
  context: LoadContext,
): Generator<void, readonly Rule[]> {
  const rules: Rule[] = []
  const taken = new Map<number, Rule>()
  for (const item of items) {
    if (item.kind !== 'rule') continue
    const rule = compileRule(item.rule, rules.length, context)
    const first = taken.get(rule.id)
    if (first) {
      const { file, line } = first.place
      const facts = { ...rule.place, id: rule.id, first_file: file, first_line: line }
      throw wafFaults.duplicate_id(facts)
    }
    taken.set(rule.id, rule)
    rules.push(rule)
    yield
  }
  return rules
}

function compileRule({ head, links, defaults }: RuleDraft, index: number, context: LoadContext) {
  const { draft } = head
  const compiled = links.map((link) => compileLink(link, defaults, context))
  const disposition = dispositionOf(draft, defaults)
  const isDisruptive = disposition.kind !== 'pass' && disposition.kind !== 'allow'
  const readsOnlyTx = links.every((link) =>
    link.targets.every((target) => target.variable.toUpperCase() === 'TX'),
  )
  const level = draft.tags.map((tag) => /^paranoia-level\/(\d)$/.exec(tag)?.[1]).find(Boolean)
  const empty = template('', draft.place)
  return {
    id: draft.id ?? 0,
    index,
    phase: draft.phase,
    place: draft.place,
    links: compiled,
    disposition,
    is_logged: draft.is_logged ?? defaults.is_logged ?? true,
    message: draft.message ?? empty,
    data: draft.data ?? empty,
    severity: draft.severity,
    severity_rank: draft.severity_rank,
    tags: draft.tags,
    version: draft.version,
    revision: draft.revision,
    paranoia_level: level === undefined ? undefined : Number(level),
    is_detection: links.some((link) => link.draft.adds_score) || (isDisruptive && !readsOnlyTx),
    skip_after: draft.skip_after,
    skip: draft.skip,
  } satisfies Rule
}

function compileLink(link: LinkDraft, defaults: Draft, context: LoadContext): Link {
  const { draft, node } = link
  const steps = [...defaults.transformations, ...draft.transformations]
  const shared = {
    place: node.place,
    chain: chainOf(context, steps),
    is_multi_match: draft.is_multi_match,
    is_capturing: draft.is_capturing,
    effects: draft.effects,
    needs: undefined,
  }
  if (node.kind === 'unconditional') {
    const operator: Operator = { matches: () => true }
    return { ...shared, plan: undefined, operator, operator_text: '', is_negated: false }
  }
  return {
    ...shared,
    plan: planOf(context, link.targets),
    operator: operatorOf(node.operator, context),
    operator_text: node.operator.text,
    is_negated: node.operator.is_negated,
  }
}

function operatorOf(node: OperatorNode, context: LoadContext): Operator {
  const { place, name } = node
  const lower = name.toLowerCase()
  const make = byName.get(lower)
  if (make === undefined) {
    const reason = unsupported.get(lower)
    if (reason !== undefined) {
      throw wafFaults.unsupported({ ...place, kind: 'operator', name, reason })
    }
    const suggestion = nearestName(name, Object.keys(operators)) ?? ''
    throw wafFaults.unknown_name({ ...place, kind: 'operator', name, suggestion })
  }
  if (node.argument === '' && lower !== 'rx' && lower !== 'within' && !withoutArgument.has(lower)) {
    throw wafFaults.missing_argument({ ...place, kind: 'operator', name })
  }
  if (withoutEffect.has(lower)) context.without_effect.add(`operator @${name}`)
  const argument = template(node.argument, place)
  const made = () =>
    rememberingNeeds(
      make({
        place,
        name,
        argument,
        regex: (pattern, options) => context.regex(place, pattern, options),
        dataFile: (path) => context.dataFile(place, path),
      }),
    )
  // What an argument with macros means is known only at run time, and what it made last is not for others.
  if (argument.constant === undefined) return made()
  const data = fileOperators.has(lower)
    ? filesNamed(argument.constant).map((path) => context.numberOf(context.dataFile(place, path)))
    : []
  return context.operator([lower, argument.constant, ...data].join('\n'), made)
}

/** Asks an operator only once what bytes it needs: rule sets that follow ask again. */
function rememberingNeeds(operator: Operator): Operator {
  const { needs } = operator
  if (needs === undefined) return operator
  let known: ReturnType<typeof needs> | undefined
  return { ...operator, needs: () => (known ??= needs()) }
}

function dispositionOf(draft: Draft, defaults: Draft): Disposition {
  const usesDefault = draft.disruption === undefined || draft.disruption === 'block'
  const from = usesDefault ? defaults : draft
  const status = draft.status ?? defaults.status
  switch (from.disruption) {
    case 'deny':
    case 'drop':
      return { kind: from.disruption, status: status ?? 403 }
    case 'redirect':
      return {
        kind: 'redirect',
        status: status !== undefined && status >= 300 && status < 400 ? status : 302,
        location: from.location ?? template('/', draft.place),
      }
    case 'allow':
      return { kind: 'allow', scope: from.allow_scope }
    default:
      return { kind: 'pass' }
  }
}
