/** Actions that write variables: of the transaction, of the environment, and of the collections that outlive it. */
import type { ActionNode } from '#parts/seclang/tree.ts'
import { template } from '../compile/templates.ts'
import { wafFaults } from '../faults.ts'
import type { Effect, State, Template } from '../program.ts'
import { deleteStored, putStored, readStored } from '../run/memory.ts'
import { keyed, textOf, toInteger } from '../run/values.ts'
import { persistentCollections } from '../variables/live.ts'
import { type Action, badArgument } from './define.ts'

/** Variables that hold the sum of what detections add, in CRS 3 and 4. */
const scoreName = /^(?:(?:in|out)bound_)?anomaly_score_pl[1-4]$/

type Assignment = {
  readonly collection: string
  readonly name: Template
  readonly operation: 'set' | 'add' | 'subtract' | 'delete'
  readonly value: Template
}

export const dataActions: Readonly<Record<string, Action>> = {
  expirevar: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      const { collection, name, value } = assignment(argument, node)
      draft.effects.push((state) => {
        const key = name.expand(state).toLowerCase()
        const stored = readStored(state, collection, key)
        if (stored === undefined) return
        const expires = state.start.at_ms + toInteger(value.expand(state)) * 1000
        putStored(state, collection, key, stored, expires)
      })
    },
  },
  initcol: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      const equals = argument.indexOf('=')
      const collection = collectionNamed(argument.slice(0, Math.max(0, equals)), node)
      const key = template(argument.slice(equals + 1), node.place)
      draft.effects.push(opening(collection, key))
    },
  },
  setenv: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      const equals = argument.indexOf('=')
      const name = equals === -1 ? argument : argument.slice(0, equals)
      const value = template(equals === -1 ? '1' : argument.slice(equals + 1), node.place)
      draft.effects.push((state) => {
        const entry = keyed('ENV', name, textOf(value.expand(state)))
        state.environment.set(entry.folded, entry)
      })
    },
  },
  setrsc: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      draft.effects.push(opening('RESOURCE', template(argument, node.place)))
    },
  },
  setsid: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      const key = template(argument, node.place)
      draft.effects.push(opening('SESSION', key), (state) => {
        state.session_id = key.expand(state)
      })
    },
  },
  setuid: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node) {
      const key = template(argument, node.place)
      draft.effects.push(opening('USER', key), (state) => {
        state.user_id = key.expand(state)
      })
    },
  },
  setvar: {
    argument: 'required',
    is_for_head: false,
    apply(draft, argument, node, context) {
      const parsed = assignment(argument, node)
      const isScore =
        parsed.collection === 'TX' &&
        parsed.operation === 'add' &&
        scoreName.test(parsed.name.source.toLowerCase())
      if (isScore) draft.adds_score = true
      const name = parsed.name.constant
      const isSet = parsed.collection === 'TX' && parsed.operation === 'set'
      if (draft.is_unconditional && isSet && name !== undefined) {
        context.set_for_all.set(name.toLowerCase(), node.place)
      }
      draft.effects.push(
        parsed.collection === 'TX'
          ? transactionEffect(parsed, isScore, draft.is_unconditional)
          : storedEffect(parsed),
      )
    },
  },
}

/** `tx.name`, `!tx.name`, `tx.name=value`, `tx.name=+1`, `tx.name=-1`. */
function assignment(argument: string, node: ActionNode): Assignment {
  const isDeletion = argument.startsWith('!')
  const text = isDeletion ? argument.slice(1) : argument
  const divider = text.search(/[.:]/)
  if (divider === -1) throw badArgument(node, 'a variable such as tx.name=value')
  const collection = collectionNamed(text.slice(0, divider), node)
  const equals = equalsAfter(text, divider)
  const name = template(text.slice(divider + 1, equals === -1 ? undefined : equals), node.place)
  const written = equals === -1 ? '1' : text.slice(equals + 1)
  const sign = written.charAt(0)
  const operation = isDeletion ? 'delete' : sign === '+' ? 'add' : sign === '-' ? 'subtract' : 'set'
  const isSigned = operation === 'add' || operation === 'subtract'
  return {
    collection,
    name,
    operation,
    value: template(isSigned ? written.slice(1) : written, node.place),
  }
}

/** The `=` that ends the name; one inside a macro does not. */
function equalsAfter(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const c = text[at]
    if (c === '{') depth++
    else if (c === '}') depth--
    else if (c === '=' && depth === 0) return at
  }
  return -1
}

function collectionNamed(written: string, node: ActionNode): string {
  const name = written.toUpperCase()
  if (name === 'TX' || persistentCollections.some((known) => known === name)) return name
  const suggestion = ''
  throw wafFaults.unknown_name({ ...node.place, kind: 'collection', name: written, suggestion })
}

function transactionEffect(parsed: Assignment, isScore: boolean, isUnconditional: boolean): Effect {
  const { name, operation, value } = parsed
  if (operation === 'delete') {
    return (state) => void state.tx.delete(name.expand(state).toLowerCase())
  }
  if (operation === 'set') {
    if (name.constant !== undefined && value.constant !== undefined) {
      // The same for every request: what transformations make of it is kept as well.
      const entry = keyed('TX', name.constant, textOf(value.constant))
      if (!isUnconditional) return (state) => void state.tx.set(entry.folded, entry)
      return (state) => {
        if (state.start.variables?.[entry.folded] === undefined) state.tx.set(entry.folded, entry)
      }
    }
    return (state) => {
      const entry = keyed('TX', name.expand(state), textOf(value.expand(state)))
      state.tx.set(entry.folded, entry)
    }
  }
  const sign = operation === 'add' ? 1 : -1
  return (state) => {
    const key = name.expand(state)
    const change = sign * toInteger(value.expand(state))
    const before = state.tx.get(key.toLowerCase())
    const sum = (before === undefined ? 0 : toInteger(before.value.text)) + change
    const entry = keyed('TX', key, textOf(String(sum)))
    state.tx.set(entry.folded, entry)
    if (isScore) state.score_added += change
  }
}

function storedEffect({ collection, name, operation, value }: Assignment): Effect {
  return (state) => {
    const key = name.expand(state).toLowerCase()
    if (operation === 'delete') {
      deleteStored(state, collection, key)
      return
    }
    const written = value.expand(state)
    if (operation === 'set') {
      putStored(state, collection, key, written)
      return
    }
    const change = toInteger(written) * (operation === 'add' ? 1 : -1)
    const sum = toInteger(readStored(state, collection, key) ?? '0') + change
    putStored(state, collection, key, String(sum))
  }
}

function opening(collection: string, key: Template): Effect {
  return (state: State) => {
    const { memory } = state.program
    const record = memory.open(collection, key.expand(state), state.start.at_ms)
    state.records.set(collection, record)
  }
}
