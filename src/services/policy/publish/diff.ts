/** What differs between two policies, thing by thing and field by field; a new order of sites is no difference. */
import type { PolicyChange } from '#model/draft.ts'
import {
  type Document,
  isRecord,
  isSame,
  keyOf,
  ordered_section,
  type Path,
  type Thing,
  thingsOf,
} from './things.ts'

/** A change with its path in pieces: names may have dots. */
export type Change = {
  readonly kind: PolicyChange['kind']
  readonly section: string
  readonly name: string
  /** Empty: the whole thing came or went. `['order']` of a section: what stands in which order. */
  readonly path: Path
  readonly before: unknown
  readonly after: unknown
}

/** Both documents are normalised. `null` stands for what is not there. */
export function diffDocuments(from: Document, to: Document): PolicyChange[] {
  return changesBetween(from, to, 'by_index').map(({ path, ...change }) => ({
    ...change,
    field: path.join('.'),
  }))
}

/** How many things differ. */
export function countThings(changes: readonly PolicyChange[]): number {
  return new Set(changes.map((change) => keyOf(change.section, change.name))).size
}

/** `whole`: a list inside a thing is one value, so that its items cannot be mixed up. */
export function changesBetween(
  from: Document,
  to: Document,
  lists: 'by_index' | 'whole',
): Change[] {
  const before = thingsOf(from)
  const after = thingsOf(to)
  const changes: Change[] = []
  for (const [key, thing] of before) {
    const { section, name, value } = thing
    const other = after.get(key)
    if (other) compare(thing, [], value, other.value, lists, changes)
    else changes.push({ kind: 'removed', section, name, path: [], before: value, after: null })
  }
  for (const [key, { section, name, value }] of after) {
    if (before.has(key)) continue
    changes.push({ kind: 'added', section, name, path: [], before: null, after: value })
  }
  return [...changes, ...orderChange(before, after)]
}

function compare(
  thing: Thing,
  path: Path,
  before: unknown,
  after: unknown,
  lists: 'by_index' | 'whole',
  changes: Change[],
): void {
  if (isSame(before, after)) return
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(thing, [...path, key], before[key], after[key], lists, changes)
    }
    return
  }
  const has_parts =
    Array.isArray(before) && Array.isArray(after) && before.concat(after).every(isRecord)
  if (has_parts && lists === 'by_index') {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compare(thing, [...path, i], before[i], after[i], lists, changes)
    }
    return
  }
  const { section, name } = thing
  const change = { section, name, path, before: before ?? null, after: after ?? null }
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  changes.push({ kind, ...change })
}

function orderChange(
  before: ReadonlyMap<string, Thing>,
  after: ReadonlyMap<string, Thing>,
): Change[] {
  const names = (of: ReadonlyMap<string, Thing>, other: ReadonlyMap<string, Thing>) =>
    [...of].flatMap(([key, { section, name }]) =>
      section === ordered_section && other.has(key) ? [name] : [],
    )
  const was = names(before, after)
  const is = names(after, before)
  if (isSame(was, is)) return []
  const section = ordered_section
  return [{ kind: 'changed', section, name: '', path: ['order'], before: was, after: is }]
}
