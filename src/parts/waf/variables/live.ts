/** Variables that rules write, or that change while they run. */
import type { Entry, State, Text, Variable } from '../program.ts'
import { keyed, nameOf, single, textOf } from '../run/values.ts'
import { many, one } from './define.ts'

const transactionVariables: Variable = {
  ...many('TX', 'live', (state) => [...state.tx.values()]),
  find: (state, folded) => state.tx.get(folded),
}

const environment: Variable = {
  ...many('ENV', 'live', (state) => [...state.environment.values()]),
  find: (state, folded) => state.environment.get(folded),
}

/** Collections that outlive the request, opened by `initcol`, `setsid`, `setuid`, `setrsc`. */
export const persistentCollections = ['GLOBAL', 'IP', 'RESOURCE', 'SESSION', 'USER'] as const

function persistent(name: string): Variable {
  return many(name, 'live', (state) => {
    const record = state.records.get(name)
    if (record === undefined) return []
    const entries: Entry[] = []
    for (const [key, { value, expires_ms }] of record) {
      if (expires_ms > state.start.at_ms) entries.push(keyed(name, key, textOf(value)))
    }
    return entries
  })
}

function matchedCopies(name: string, textFrom: (entry: Entry) => Text): Variable {
  return many(name, 'live', (state) =>
    state.matched_all.map((entry) => {
      const key = nameOf(entry)
      const value = textFrom(entry)
      return { collection: name, key, folded: key.toLowerCase(), value, origin: entry }
    }),
  )
}

/** MATCHED_VAR: a copy that remembers where it came from. */
function lastMatched({ matched, matched_text }: State): readonly Entry[] {
  if (matched === undefined || matched_text === undefined) return []
  const value = matched_text
  return [{ collection: 'MATCHED_VAR', key: '', folded: '', value, origin: matched }]
}

/** Facts of the rule that runs, for `%{rule.msg}`. */
function ruleFacts(state: State): readonly Entry[] {
  const { rule } = state
  if (rule === undefined) return []
  const facts = {
    id: String(rule.id),
    // Not expanded: a message may name itself.
    msg: rule.message.source,
    rev: rule.revision,
    severity: rule.severity,
    ver: rule.version,
  }
  return Object.entries(facts).map(([key, value]) => keyed('RULE', key, textOf(value)))
}

export const liveVariables: readonly Variable[] = [
  one('DURATION', 'live', (state) => String(Math.round(state.start.elapsed_ms?.() ?? 0))),
  environment,
  // There is no location database: the collection is always empty.
  many('GEO', 'live', () => []),
  one('HIGHEST_SEVERITY', 'live', (state) => String(state.highest_severity)),
  { ...many('MATCHED_VAR', 'live', lastMatched), shape: 'one' },
  {
    ...many('MATCHED_VAR_NAME', 'live', (state) =>
      state.matched === undefined ? [] : [single('MATCHED_VAR_NAME', nameOf(state.matched))],
    ),
    shape: 'one',
  },
  matchedCopies('MATCHED_VARS', (entry) => entry.value),
  matchedCopies('MATCHED_VARS_NAMES', (entry) => textOf(nameOf(entry))),
  ...persistentCollections.map(persistent),
  many('RULE', 'live', ruleFacts),
  one('SESSIONID', 'live', (state) => state.session_id),
  transactionVariables,
  one('USERID', 'live', (state) => state.user_id),
]
