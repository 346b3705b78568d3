/** What typing does to the conditions of the filter bar. */
import {
  formatAttackQuery,
  parseAttackQuery,
  type QueryToken,
  queryKeys,
} from '#model/attack-query.ts'

/** Adds what was typed. Words become one text; of all keys but `type` only the newest condition stays. */
export function addTyped(tokens: readonly QueryToken[], typed: string): readonly QueryToken[] {
  const added = parseAttackQuery(typed)
  const text = added.filter((t) => t.key === 'text').map((t) => t.value)
  const keyed = added.filter((t) => t.key !== 'text')
  const replaced = new Set<string>(keyed.map((t) => t.key).filter((key) => key !== 'type'))
  if (replaced.has('last')) replaced.add('from').add('to')
  else if (replaced.has('from') || replaced.has('to')) replaced.add('last')
  const kept = tokens.filter(
    (t) =>
      !replaced.has(t.key) &&
      !keyed.some((added) => added.key === t.key && added.value === t.value),
  )
  return [...kept, ...keyed, ...(text.length > 0 ? [textToken(text.join(' '))] : [])]
}

/** Whether a space after this ends a condition: a known key with its value, and no quote left open. */
export function isComplete(typed: string): boolean {
  const [token, ...others] = parseAttackQuery(typed)
  if (!token || others.length > 0 || token.key === 'text' || token.value === '') return false
  const quotes = typed.replace(/\\./g, '').split('"').length - 1
  return (queryKeys as readonly string[]).includes(token.key) && quotes % 2 === 0
}

/** Takes the last condition back for editing. */
export function takeLast(tokens: readonly QueryToken[]): {
  readonly tokens: readonly QueryToken[]
  readonly typed: string
} {
  const last = tokens.at(-1)
  return { tokens: tokens.slice(0, -1), typed: last ? formatAttackQuery([last]) : '' }
}

function textToken(value: string): QueryToken {
  return { key: 'text', value }
}
