/** SecRuleRemove* and SecRuleUpdate*: changes to rules made elsewhere, wherever in the files they stand. */
import type { DirectiveNode, Place, RuleChoice } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import { applyActions, type Item, type RuleDraft } from './assemble.ts'
import { type ChooseRules, chooser } from './choose.ts'
import type { LoadContext } from './context.ts'

/** The items without removed rules, with targets and actions updated. */
export function applyExceptions(
  items: readonly Item[],
  nodes: readonly DirectiveNode[],
  context: LoadContext,
  warnings: string[],
): readonly Item[] {
  const removed = new Set<RuleDraft>()
  let chosen: ChooseRules<Choosable> | undefined
  const choose = (choice: RuleChoice, place: Place): readonly RuleDraft[] => {
    chosen ??= chooser(items.flatMap(choosableOf), context)
    const found = chosen(choice, place)
    if (found.length === 0) {
      const at = `${place.file}:${place.line}:${place.column}`
      warnings.push(`${at}: no rule has the ${choice.by} ${choice.values.join(' ')}`)
    }
    return found.map((one) => one.rule)
  }
  for (const node of nodes) {
    if (node.kind === 'remove') {
      for (const rule of choose(node.rules, node.place)) removed.add(rule)
    } else if (node.kind === 'update_targets') {
      const exclusions = node.targets.filter((target) => target.mode === 'exclude')
      for (const { head, links } of choose(node.rules, node.place)) {
        // What is excluded is excluded from every link; what is added is looked at by the first.
        for (const link of links) {
          const more = link === head ? node.targets : exclusions
          if (link.node.kind === 'rule') link.targets = [...link.targets, ...more]
        }
      }
    } else if (node.kind === 'update_actions') {
      for (const { head } of choose(node.rules, node.place)) {
        const { id, phase } = head.draft
        applyActions(head.draft, node.actions, context)
        if (head.draft.id !== id || head.draft.phase !== phase) {
          const reason = 'the id and the phase of a rule cannot be changed'
          throw wafFaults.misplaced_action({ ...node.place, name: 'id or phase', reason })
        }
      }
    }
  }
  return items.filter((item) => item.kind === 'marker' || !removed.has(item.rule))
}

type Choosable = {
  readonly rule: RuleDraft
  readonly id: number
  readonly tags: readonly string[]
  readonly message: { readonly source: string }
}

function choosableOf(item: Item): Choosable[] {
  if (item.kind !== 'rule') return []
  const { id = 0, tags, message } = item.rule.head.draft
  return [{ rule: item.rule, id, tags, message: { source: message?.source ?? '' } }]
}
