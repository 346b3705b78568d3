/** Nodes of the rule language to drafts of rules: actions applied, chains joined, defaults filled in. */
import { nearestName } from '#base/nearest.ts'
import type {
  ActionNode,
  DirectiveNode,
  Place,
  RuleNode,
  TargetNode,
  UnconditionalNode,
} from '#parts/seclang/tree.ts'
import { actions, unsupportedActions } from '../actions.ts'
import { wafFaults } from '../faults.ts'
import type { LoadContext } from './context.ts'
import { type Draft, draft } from './draft.ts'

/** A link of a chain before it is compiled; exclusions may still be added to its targets. */
export type LinkDraft = {
  readonly node: RuleNode | UnconditionalNode
  readonly draft: Draft
  targets: readonly TargetNode[]
}

export type RuleDraft = { readonly head: LinkDraft; readonly links: LinkDraft[]; defaults: Draft }

/** Rules and markers in the order of the files. */
export type Item =
  | { readonly kind: 'rule'; readonly rule: RuleDraft }
  | { readonly kind: 'marker'; readonly name: string }

const byName = new Map(
  Object.entries(actions).map(([name, action]) => [name.toLowerCase(), action]),
)
const unsupported = new Map(
  Object.entries(unsupportedActions).map(([name, reason]) => [name.toLowerCase(), reason]),
)
const nowhere: Place = { file: '', line: 0, column: 0 }

/** Reads rules, markers and default actions; other directives are left to others. Throws `waf.*` faults. */
export function* assemble(
  nodes: readonly DirectiveNode[],
  context: LoadContext,
): Generator<void, readonly Item[]> {
  const items: Item[] = []
  const defaults = new Map<number, Draft>()
  let open: RuleDraft | undefined
  for (const node of nodes) {
    if (node.kind === 'rule' || node.kind === 'unconditional') {
      const link = linkDraft(node, open, context)
      if (open === undefined) {
        open = { head: link, links: [link], defaults: defaultsOf(defaults, link.draft.phase) }
        items.push({ kind: 'rule', rule: open })
      } else open.links.push(link)
      if (!link.draft.is_chained) open = undefined
      yield
    } else if (open !== undefined && node.kind !== 'setting') {
      throw openChain(open)
    } else if (node.kind === 'marker') {
      items.push({ kind: 'marker', name: node.name })
    } else if (node.kind === 'default_action') {
      const made = draft(node.place, true, 2)
      applyActions(made, node.actions, context)
      defaults.set(made.phase, made)
    }
  }
  if (open !== undefined) throw openChain(open)
  return items
}

function openChain(open: RuleDraft) {
  const { place, id = 0 } = open.head.draft
  return wafFaults.open_chain({ ...place, id })
}

/** Without SecDefaultAction: log and pass, as in ModSecurity. */
function defaultsOf(defaults: ReadonlyMap<number, Draft>, phase: number): Draft {
  return defaults.get(phase) ?? draft(nowhere, true, phase)
}

function linkDraft(
  node: RuleNode | UnconditionalNode,
  open: RuleDraft | undefined,
  context: LoadContext,
): LinkDraft {
  const isAlone = open === undefined && node.kind === 'unconditional'
  const made = draft(node.place, open === undefined, open?.head.draft.phase ?? 2, isAlone)
  applyActions(made, node.actions, context)
  if (open === undefined && made.id === undefined) throw wafFaults.missing_id(node.place)
  return { node, draft: made, targets: node.kind === 'rule' ? node.targets : [] }
}

/** Applies actions to a draft. Throws `waf.*` faults at the action. */
export function applyActions(made: Draft, nodes: readonly ActionNode[], context: LoadContext) {
  for (const node of nodes) {
    const { place, name, argument } = node
    const action = byName.get(name.toLowerCase())
    if (action === undefined) {
      const reason = unsupported.get(name.toLowerCase())
      if (reason !== undefined) {
        throw wafFaults.unsupported({ ...place, kind: 'action', name, reason })
      }
      const suggestion = nearestName(name, Object.keys(actions)) ?? ''
      throw wafFaults.unknown_name({ ...place, kind: 'action', name, suggestion })
    }
    if (action.is_for_head && !made.is_head) {
      const reason = 'only the first rule of a chain may carry it'
      throw wafFaults.misplaced_action({ ...place, name, reason })
    }
    if (action.argument === 'required' && (argument === undefined || argument === '')) {
      throw wafFaults.missing_argument({ ...place, kind: 'action', name })
    }
    if (action.argument === 'none' && argument !== undefined) {
      const facts = { ...place, kind: 'action', name, value: argument, expected: 'no argument' }
      throw wafFaults.bad_argument(facts)
    }
    action.apply(made, argument ?? '', node, context)
  }
}
