/** `ctl`: what a rule changes for the rest of the transaction. */
import { nearestName } from '#base/nearest.ts'
import type { ActionNode, RuleChoice } from '#parts/seclang/tree.ts'
import { bodyProcessors } from '../bodies.ts'
import type { LoadContext } from '../compile/context.ts'
import { targetOfText } from '../compile/targets.ts'
import { wafFaults } from '../faults.ts'
import type { Effect, State } from '../program.ts'
import { type Action, badArgument } from './define.ts'

type Control = (value: string, node: ActionNode, context: LoadContext) => Effect

const nothing: Control = (_, node, context) => {
  context.without_effect.add(`ctl:${node.argument?.split('=')[0]}`)
  return () => {}
}

/** All that `ctl` knows, as the manual writes it. */
const controls: Readonly<Record<string, Control>> = {
  auditEngine: nothing,
  auditLogParts: nothing,
  debugLogLevel: nothing,
  forceRequestBodyVariable(value, node) {
    const on = onOff(value, node)
    return (state) => void (state.is_body_forced = on)
  },
  requestBodyAccess(value, node) {
    const on = onOff(value, node)
    return (state) => void (state.request_body_access = on)
  },
  requestBodyProcessor(value, node) {
    const name = value.toUpperCase()
    if (!bodyProcessors.has(name)) {
      throw badArgument(node, `one of ${[...bodyProcessors.keys()].join(', ')}`)
    }
    return (state) => void (state.body_processor = name)
  },
  responseBodyAccess(value, node) {
    const on = onOff(value, node)
    return (state) => void (state.response_body_access = on)
  },
  ruleEngine(value, node) {
    const wanted = (['On', 'DetectionOnly', 'Off'] as const).find(
      (mode) => mode.toLowerCase() === value.toLowerCase(),
    )
    if (wanted === undefined) throw badArgument(node, 'On, DetectionOnly or Off')
    return (state) => {
      // A site that only monitors never blocks, whatever a rule says.
      if (wanted === 'On' && state.start.rule_engine === 'DetectionOnly') return
      state.engine = wanted
    }
  },
  ruleRemoveById: removeRules('id'),
  ruleRemoveByMsg: removeRules('message'),
  ruleRemoveByTag: removeRules('tag'),
  ruleRemoveTargetById: removeTargets('id'),
  ruleRemoveTargetByMsg: removeTargets('message'),
  ruleRemoveTargetByTag: removeTargets('tag'),
}

const byName = new Map(Object.entries(controls).map(([name, make]) => [name.toLowerCase(), make]))

export const controlActions: Readonly<Record<string, Action>> = {
  ctl: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node, context) {
      const equals = argument.indexOf('=')
      const name = equals === -1 ? argument : argument.slice(0, equals)
      const make = byName.get(name.toLowerCase())
      if (make === undefined) {
        const suggestion = nearestName(name, Object.keys(controls)) ?? ''
        throw wafFaults.unknown_name({ ...node.place, kind: 'ctl', name, suggestion })
      }
      if (equals === -1) throw badArgument(node, `a value, ${name}=…`)
      draft.effects.push(make(argument.slice(equals + 1), node, context))
    },
  },
}

function onOff(value: string, node: ActionNode): boolean {
  const lower = value.toLowerCase()
  if (lower !== 'on' && lower !== 'off') throw badArgument(node, 'On or Off')
  return lower === 'on'
}

function removeRules(by: RuleChoice['by']): Control {
  return (value, node, context) => {
    let chosen: readonly number[] = []
    const choice = { by, values: by === 'id' ? value.split(/[\s,]+/) : [value] }
    context.on_loaded.push((choose) => {
      chosen = choose(choice, node.place).map((rule) => rule.index)
    })
    return (state) => {
      const shared = state.start.exclusions?.rules
      const before = state.removed_rules
      const removed =
        before === undefined
          ? new Uint8Array(state.program.rules.length)
          : before === shared
            ? before.slice()
            : before
      for (const index of chosen) removed[index] = 1
      state.removed_rules = removed
    }
  }
}

function removeTargets(by: RuleChoice['by']): Control {
  return (value, node, context) => {
    const semicolon = value.indexOf(';')
    if (semicolon === -1) throw badArgument(node, 'rules and a target, such as 942100;ARGS:id')
    const exclusion = targetOfText(context, value.slice(semicolon + 1), node.place)
    const rulesText = value.slice(0, semicolon)
    const choice = { by, values: by === 'id' ? rulesText.split(/[\s,]+/) : [rulesText] }
    let chosen: readonly number[] = []
    context.on_loaded.push((choose) => {
      chosen = choose(choice, node.place).map((rule) => rule.index)
    })
    return (state: State) => {
      const shared = state.start.exclusions?.targets
      const known = state.removed_targets
      const removed = known === undefined || known === shared ? new Map(shared) : known
      state.removed_targets = removed
      for (const index of chosen) {
        const before = removed.get(index)
        removed.set(index, before === undefined ? [exclusion] : [...before, exclusion])
      }
    }
  }
}
