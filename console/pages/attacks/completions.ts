/** What the filter bar offers while somebody types. */

import { actions, formatAttackQuery, type QueryKey, queryKeys } from '#model/attack-query.ts'
import { attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { words } from '../../words.ts'

export type Completion = {
  /** Takes the place of what was typed. */
  readonly text: string
  readonly hint: string
  /** A whole condition; else only a key, and its value comes next. */
  readonly is_whole: boolean
}

/** Values seen on the page, which are likely to be wanted. */
export type Known = { readonly sites: readonly string[]; readonly clients: readonly string[] }

const shown_max = 10
const spans = ['15m', '1h', '24h', '7d', '30d'] as const

/** Completions for the word being typed; never more than ten. */
export function completions(typed: string, known: Known): readonly Completion[] {
  const text = typed.trimStart().toLowerCase()
  const colon = text.indexOf(':')
  const key = queryKeys.find((k) => k === text.slice(0, Math.max(colon, 0)))
  const found = key ? valuesOf(key, text.slice(colon + 1), known) : keysAndTypes(text)
  return found.slice(0, shown_max)
}

function keysAndTypes(text: string): readonly Completion[] {
  const keys = queryKeys
    .filter((key) => key.startsWith(text))
    .map((key) => ({ text: `${key}:`, hint: words.attacks.keys[key], is_whole: false }))
  if (text === '') return keys
  const types = attackTypes.filter((t) => hasWord(attackTypeNames[t], text))
  return [...keys, ...types.map((t) => whole('type', t, attackTypeNames[t]))]
}

function valuesOf(key: QueryKey, text: string, known: Known): readonly Completion[] {
  const startingWith = (values: readonly string[]) =>
    values.filter((v) => v.toLowerCase().startsWith(text)).map((v) => whole(key, v, ''))
  switch (key) {
    case 'type':
      return typeValues(text)
    case 'action':
      return startingWith(actions)
    case 'last':
      return startingWith(spans)
    case 'site':
      return startingWith(known.sites)
    case 'client':
      return startingWith(known.clients)
    default:
      return []
  }
}

/** `sqli,x` completes its last part. */
function typeValues(text: string): readonly Completion[] {
  const comma = text.lastIndexOf(',')
  const before = text.slice(0, comma + 1)
  const wanted = text.slice(comma + 1)
  const byCode = attackTypes.filter((t) => t.startsWith(wanted))
  const byName = attackTypes.filter((t) => hasWord(attackTypeNames[t], wanted))
  return [...new Set([...byCode, ...byName])].map((t) =>
    whole('type', before + t, attackTypeNames[t]),
  )
}

function whole(key: QueryKey, value: string, hint: string): Completion {
  return { text: formatAttackQuery([{ key, value }]), hint, is_whole: true }
}

/** Whether a word of the name, or the name itself, starts so. */
function hasWord(name: string, start: string): boolean {
  const lower = name.toLowerCase()
  return lower.startsWith(start) || lower.includes(` ${start}`)
}
