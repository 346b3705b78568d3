/** A policy taken apart into the things people think of: a site, an exception, the rules. */
import type { PolicySection } from '#model/policy.ts'

export type Document = Readonly<Record<string, unknown>>
export type Path = readonly (string | number)[]

/** Sections that are one thing; all others are lists of things. */
const single: readonly PolicySection[] = ['rules', 'rollout']

/** The one list whose order means something: rules run in it. */
export const ordered_section = 'own_rules' satisfies PolicySection

export type Thing = {
  readonly section: string
  /** `` for a section that is one thing. */
  readonly name: string
  readonly value: unknown
}

/** By a key that is the same in every version of a policy; in their order. */
export function thingsOf(document: Document): Map<string, Thing> {
  const things = new Map<string, Thing>()
  const counts = new Map<string, number>()
  for (const [section, value] of Object.entries(document)) {
    if (!Array.isArray(value)) {
      things.set(keyOf(section, ''), { section, name: '', value })
      continue
    }
    for (const item of value) {
      const name = nameOf(item)
      // No policy of today has two of a name; of one from before, the second is a thing of its own.
      const number = (counts.get(keyOf(section, name)) ?? 0) + 1
      counts.set(keyOf(section, name), number)
      const own = number === 1 ? name : `${name} (${number})`
      things.set(keyOf(section, own), { section, name: own, value: item })
    }
  }
  return things
}

/** The other way round; sections in the order of `like`, which has all of them. */
export function documentOf(things: Iterable<Thing>, like: Document): Record<string, unknown> {
  const document: Record<string, unknown> = {}
  for (const [section, value] of Object.entries(like)) {
    document[section] = Array.isArray(value) ? [] : value
  }
  for (const { section, value } of things) {
    const list = document[section]
    if (Array.isArray(list) && !isSingle(section)) list.push(value)
    else document[section] = value
  }
  return document
}

export function keyOf(section: string, name: string): string {
  return `${section}\n${name}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]))
  }
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  )
}

function isSingle(section: string): boolean {
  return (single as readonly string[]).includes(section)
}

/** A mask is told apart by its site too. */
function nameOf(item: unknown): string {
  if (!isRecord(item)) return ''
  const { name, site } = item
  const is_mask = Object.keys(item).every((key) => key === 'name' || key === 'site')
  return is_mask && typeof site === 'string' && site !== '' ? `${name} of ${site}` : `${name}`
}
