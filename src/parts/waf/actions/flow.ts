/** Actions that decide: what happens to the request, which rule comes next, what is logged. */
import { template } from '../compile/templates.ts'
import { type Action, badArgument, integerIn } from './define.ts'

function plain(isForHead: boolean, apply: Action['apply']): Action {
  return { argument: 'none', is_for_head: isForHead, apply }
}

const ignored: Action = { argument: 'optional', is_for_head: false, apply() {} }

/** Accepted, because audit logs are written otherwise here; listed as without effect. */
const auditOnly: Action = {
  argument: 'optional',
  is_for_head: false,
  apply: (_, __, node, context) => void context.without_effect.add(`action ${node.name}`),
}

export const flowActions: Readonly<Record<string, Action>> = {
  allow: {
    argument: 'optional',
    is_for_head: true,
    apply(draft, argument, node) {
      const scope = argument === '' ? 'transaction' : argument.toLowerCase()
      if (scope !== 'transaction' && scope !== 'phase' && scope !== 'request') {
        throw badArgument(node, 'nothing, "phase" or "request"')
      }
      draft.disruption = 'allow'
      draft.allow_scope = scope
    },
  },
  auditlog: ignored,
  block: plain(true, (draft) => {
    draft.disruption = 'block'
  }),
  chain: plain(false, (draft) => {
    draft.is_chained = true
  }),
  deny: plain(true, (draft) => {
    draft.disruption = 'deny'
  }),
  drop: plain(true, (draft) => {
    draft.disruption = 'drop'
  }),
  log: plain(false, (draft) => {
    draft.is_logged = true
  }),
  noauditlog: ignored,
  nolog: plain(false, (draft) => {
    draft.is_logged = false
  }),
  pass: plain(true, (draft) => {
    draft.disruption = 'pass'
  }),
  redirect: {
    argument: 'required',
    is_for_head: true,
    apply(draft, argument, node) {
      draft.disruption = 'redirect'
      draft.location = template(argument, node.place)
    },
  },
  sanitiseArg: auditOnly,
  sanitiseMatched: auditOnly,
  sanitiseMatchedBytes: auditOnly,
  sanitiseRequestHeader: auditOnly,
  sanitiseResponseHeader: auditOnly,
  skip: {
    argument: 'required',
    is_for_head: true,
    apply(draft, _, node) {
      draft.skip = integerIn(node, 1, 100_000)
    },
  },
  skipAfter: {
    argument: 'required',
    is_for_head: true,
    apply(draft, argument) {
      draft.skip_after = argument
    },
  },
  status: {
    argument: 'required',
    is_for_head: true,
    apply(draft, _, node) {
      draft.status = integerIn(node, 100, 599)
    },
  },
}
