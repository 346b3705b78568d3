/**
 * The filter language of attacks, as console and command line read it:
 * `type:sqli,xss client:203.0.113.9 target:"/a b" last:1h union select`.
 * Words without a known key are text to look for. Free of schemas, so that a browser can load it.
 */
import { nearestName } from '#base/nearest.ts'
import { type AttackType, attackTypes } from './attack-type-names.ts'
import type { Action } from './hit.ts'

export const actions = ['blocked', 'monitored', 'refused'] as const satisfies readonly Action[]

export const queryKeys = [
  'type',
  'client',
  'site',
  'parameter',
  'target',
  'action',
  'rule',
  'last',
  'from',
  'to',
] as const
export type QueryKey = (typeof queryKeys)[number]

/** One condition as written. `text` stands for words without a key. */
export type QueryToken = {
  readonly key: QueryKey | 'text'
  readonly value: string
  /** Why it cannot be used, in a sentence; such a token narrows nothing. */
  readonly problem?: string
}

/** What the API takes; the names are those of its query parameters. */
export type AttackQuery = {
  readonly type?: readonly AttackType[]
  readonly client?: string
  readonly site?: string
  readonly parameter?: string
  readonly target?: string
  readonly action?: Action
  readonly rule_id?: number
  readonly range?: string
  readonly from?: string
  readonly to?: string
  readonly q?: string
}

/** Reads the language; never throws: what cannot be used comes back as a token with a problem. */
export function parseAttackQuery(text: string): readonly QueryToken[] {
  return words(text).map((word) => {
    const colon = word.is_quoted ? -1 : word.text.indexOf(':')
    const key = word.text.slice(0, Math.max(colon, 0)).toLowerCase()
    if (!isKey(key)) return { key: 'text', value: unquoted(word.text) }
    const value = unquoted(word.text.slice(colon + 1))
    const problem = problemOf(key, value)
    return problem === undefined ? { key, value } : { key, value, problem }
  })
}

/** Writes tokens so that `parseAttackQuery` gives them back. */
export function formatAttackQuery(tokens: readonly QueryToken[]): string {
  return tokens.map(formatToken).join(' ')
}

/** The conditions of all usable tokens; of a key given twice the last holds, types and words add up. */
export function attackQueryOf(tokens: readonly QueryToken[]): AttackQuery {
  const good = tokens.filter((t) => t.problem === undefined && t.value !== '')
  const last = (key: QueryKey) => good.findLast((t) => t.key === key)?.value
  const types = good.filter((t) => t.key === 'type').flatMap((t) => typesIn(t.value))
  const q = good.filter((t) => t.key === 'text').map((t) => t.value)
  const time = good.findLast((t) => t.key === 'last' || t.key === 'from' || t.key === 'to')
  const rule = last('rule')
  const is_range = time?.key === 'last'
  return withoutUndefined({
    type: types.length > 0 ? [...new Set(types)] : undefined,
    client: last('client'),
    site: last('site'),
    parameter: last('parameter'),
    target: last('target'),
    action: actions.find((a) => a === last('action')),
    rule_id: rule === undefined ? undefined : Number(rule),
    range: is_range ? time.value : undefined,
    from: is_range ? undefined : instant(last('from')),
    to: is_range ? undefined : instant(last('to')),
    q: q.length > 0 ? q.join(' ') : undefined,
  })
}

/** The tokens without `key`, and then with `value` for it when one is given. */
export function withToken(
  tokens: readonly QueryToken[],
  key: QueryKey,
  value: string | undefined,
): readonly QueryToken[] {
  const is_time = key === 'last'
  const others = tokens.filter(
    (t) => t.key !== key && !(is_time && (t.key === 'from' || t.key === 'to')),
  )
  return value === undefined ? others : [...others, { key, value }]
}

function isKey(text: string): text is QueryKey {
  return (queryKeys as readonly string[]).includes(text)
}

function isType(text: string): text is AttackType {
  return (attackTypes as readonly string[]).includes(text)
}

function typesIn(value: string): readonly AttackType[] {
  return value.split(',').filter(isType)
}

function problemOf(key: QueryKey, value: string): string | undefined {
  if (value === '') return `expected a value after ${key}:`
  switch (key) {
    case 'type': {
      const unknown = value.split(',').find((t) => !isType(t))
      if (unknown === undefined) return undefined
      const near = nearestName(unknown, attackTypes)
      return `"${unknown}" is no attack type${near === undefined ? '' : `; did you mean ${near}?`}`
    }
    case 'action':
      return (actions as readonly string[]).includes(value)
        ? undefined
        : `expected ${actions.join(', ')}`
    case 'rule':
      return /^\d{1,9}$/.test(value) ? undefined : 'expected a rule number such as 942100'
    case 'last':
      return /^\d{1,6}(m|h|d)$/.test(value) ? undefined : 'expected a span such as 15m, 1h or 7d'
    case 'from':
    case 'to':
      return instant(value) === undefined ? 'expected a time such as 2026-11-20T10:00Z' : undefined
    default:
      return undefined
  }
}

function instant(value: string | undefined): string | undefined {
  if (value === undefined || !/^\d{4}-\d\d/.test(value)) return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

/** Splits at spaces outside of quotes; an unclosed quote runs to the end. */
function words(text: string): { text: string; is_quoted: boolean }[] {
  const found = text.matchAll(/(?:[^\s"]+:)?"(?:[^"\\]|\\.)*(?:"|$)|\S+/g)
  return Array.from(found, ([word]) => ({ text: word, is_quoted: word.startsWith('"') }))
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  return text
    .replace(/^"/, '')
    .replace(/(?<!\\)"$/, '')
    .replace(/\\(.)/g, '$1')
}

function formatToken(token: QueryToken): string {
  if (token.key !== 'text') return `${token.key}:${quotedWhenNeeded(token.value)}`
  const key = token.value.slice(0, Math.max(token.value.indexOf(':'), 0)).toLowerCase()
  return isKey(key) ? quoted(token.value) : quotedWhenNeeded(token.value)
}

function quotedWhenNeeded(value: string): string {
  return value === '' || /[\s"\\]/.test(value) ? quoted(value) : value
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): Partial<WithoutUndefined<T>> {
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(entries) as Partial<WithoutUndefined<T>>
}
