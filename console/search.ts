/** The part of an address after `?`, plain and readable: `?q=type:sqli last:1h&group=client`. */
import { severityOrder } from './pages/log/fits-log.ts'
import type { ListFilter } from './queries/lists.ts'
import type { LogFilter } from './queries/settings.ts'
import { type GroupBy, type Range, ranges } from './queries.ts'

type Search = Readonly<Record<string, unknown>>

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

/** Leaves out what is undefined or empty; keeps `:` and `,` readable. */
export function writeSearch(search: Search): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text.replace(/%3A/g, ':').replace(/%2C/g, ',')}`
}

export function overviewSearch(search: Search): { readonly range?: Range } {
  const range = ranges.find((r) => r === search['range'])
  return range === undefined ? {} : { range }
}

export type AttacksSearch = {
  /** In the filter language. */
  readonly q?: string
  readonly group?: GroupBy
}

export function attacksSearch(search: Search): AttacksSearch {
  const q = typeof search['q'] === 'string' ? search['q'] : ''
  const group = (['type', 'client', 'target', 'site'] as const).find((g) => g === search['group'])
  return { ...(q === '' ? {} : { q }), ...(group === undefined ? {} : { group }) }
}

/** Which hit of the attack is shown; the newest when left out. */
export function attackSearch(search: Search): { readonly hit?: string } {
  return typeof search['hit'] === 'string' ? { hit: search['hit'] } : {}
}

/** A text to search for, for pages that need nothing else. */
export function textSearch(search: Search): { readonly q?: string } {
  const { q } = search
  return typeof q === 'string' && q !== '' ? { q } : {}
}

export function listsSearch(search: Search): ListFilter {
  const kind = (['allow', 'deny', 'gray'] as const).find((one) => one === search['kind'])
  const is_history = String(search['is_history']) === 'true'
  return {
    ...textSearch(search),
    ...(kind ? { kind } : {}),
    ...(is_history ? { is_history } : {}),
  }
}

export function logSearch(search: Search): LogFilter {
  const { node, name } = search
  const severity = severityOrder.find((one) => one === search['severity'])
  return {
    ...textSearch(search),
    ...(typeof node === 'string' && node !== '' ? { node } : {}),
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(severity ? { severity } : {}),
  }
}
