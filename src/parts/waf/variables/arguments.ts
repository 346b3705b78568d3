/** Variables of the arguments: of the query string from phase 1 on, of the body from phase 2 on. */
import { parseUrlencoded } from '../bodies.ts'
import type { State, Variable } from '../program.ts'
import { keyed, textOf } from '../run/values.ts'
import type { RequestArguments } from '../transaction.ts'
import { entriesOf, many, one } from './define.ts'
import { namesOf } from './request.ts'

const fromQuery = many('ARGS_GET', 1, (state) => {
  const { arguments_max } = state.program.settings
  const { args } = parseUrlencoded(state.line.query, arguments_max)
  return args.map(([name, value]) => keyed('ARGS_GET', name, textOf(value)))
})

const fromBody = many('ARGS_POST', 2, (state) =>
  (state.body?.args ?? []).map(([name, value]) => keyed('ARGS_POST', name, textOf(value))),
)

// The same bytes under another name: what was made of them is shared.
const all = many('ARGS', 2, (state) =>
  [...entriesOf(state, fromQuery), ...entriesOf(state, fromBody)].map((entry) => ({
    collection: 'ARGS',
    key: entry.key,
    folded: entry.folded,
    value: entry.value,
    origin: undefined,
  })),
)

/** All of them, once the body is read. */
export function requestArguments(state: State): RequestArguments {
  return entriesOf(state, all).map(({ key, value }) => [key, value.text] as const)
}

function combinedSize(state: State): string {
  let size = 0
  for (const entry of entriesOf(state, all)) size += entry.key.length + entry.value.text.length
  return String(size)
}

export const argumentVariables: readonly Variable[] = [
  all,
  one('ARGS_COMBINED_SIZE', 2, combinedSize),
  fromQuery,
  namesOf('ARGS_GET_NAMES', 1, fromQuery),
  namesOf('ARGS_NAMES', 2, all),
  fromBody,
  namesOf('ARGS_POST_NAMES', 2, fromBody),
]
