/** Puts the changes of a draft onto a newer commit: three-way, by thing and field. */
import { type Change, changesBetween } from './diff.ts'
import {
  type Document,
  documentOf,
  isRecord,
  isSame,
  keyOf,
  ordered_section,
  type Path,
  thingsOf,
} from './things.ts'

/** Both changed the same field, and not to the same. */
export type Conflict = {
  readonly section: string
  readonly name: string
  readonly field: string
  readonly mine: unknown
  readonly theirs: unknown
}

export type Rebased =
  | { readonly kind: 'merged'; readonly document: Record<string, unknown> }
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] }

/** `mine` and `theirs` both come from `base`; all three are normalised. */
export function rebaseDocument(base: Document, mine: Document, theirs: Document): Rebased {
  const my_changes = changesBetween(base, mine, 'whole')
  const their_changes = Map.groupBy(changesBetween(base, theirs, 'whole'), (change) =>
    keyOf(change.section, change.name),
  )
  const conflicts = my_changes.flatMap((change) => {
    const same_thing = their_changes.get(keyOf(change.section, change.name)) ?? []
    return conflictsOf(change, same_thing)
  })
  if (conflicts.length > 0) return { kind: 'conflict', conflicts }
  const merged = applied(my_changes, theirs)
  const is_theirs_reordered = their_changes.has(keyOf(ordered_section, ''))
  const [first, second] = is_theirs_reordered ? [theirs, mine] : [mine, theirs]
  const order = joined(namesIn(first), namesIn(second))
  return { kind: 'merged', document: inOrder(merged, order) }
}

function conflictsOf(mine: Change, others: readonly Change[]): Conflict[] {
  return others.flatMap((theirs) => {
    const is_apart = !isBelow(mine.path, theirs.path) && !isBelow(theirs.path, mine.path)
    const is_agreed = isSame(mine.path, theirs.path) && isSame(mine.after, theirs.after)
    if (is_apart || is_agreed) return []
    const { section, name } = mine
    const path = mine.path.length > theirs.path.length ? mine.path : theirs.path
    return [{ section, name, field: path.join('.'), mine: mine.after, theirs: theirs.after }]
  })
}

/** Whether `path` is `of` or lies inside it. */
function isBelow(path: Path, of: Path): boolean {
  return of.every((step, i) => path[i] === step)
}

function applied(changes: readonly Change[], document: Document): Record<string, unknown> {
  const things = thingsOf(structuredClone(document))
  for (const { section, name, path, kind, after } of changes) {
    const key = keyOf(section, name)
    if (section === ordered_section && name === '') continue
    if (path.length > 0) setAt(things.get(key)?.value, path, after, kind === 'removed')
    else if (kind === 'removed') things.delete(key)
    else things.set(key, { section, name, value: structuredClone(after) })
  }
  return documentOf(things.values(), document)
}

function setAt(value: unknown, path: Path, after: unknown, is_removed: boolean): void {
  let here = value
  for (const step of path.slice(0, -1)) here = isRecord(here) ? here[step] : undefined
  const last = path.at(-1)
  if (!isRecord(here) || last === undefined) return
  if (is_removed) delete here[last]
  else here[last] = structuredClone(after)
}

/** The order of `first`; what only `second` has stands behind what it stood behind there. */
function joined(first: readonly unknown[], second: readonly unknown[]): unknown[] {
  const order = [...first]
  second.forEach((name, i) => {
    if (!order.includes(name)) order.splice(order.indexOf(second[i - 1]) + 1, 0, name)
  })
  return order
}

function inOrder(document: Document, order: readonly unknown[]): Record<string, unknown> {
  const list = document[ordered_section]
  if (!Array.isArray(list)) return { ...document }
  const place = (item: unknown): number => order.indexOf(nameIn(item))
  return { ...document, [ordered_section]: list.toSorted((a, b) => place(a) - place(b)) }
}

function namesIn(document: Document): unknown[] {
  const list = document[ordered_section]
  return Array.isArray(list) ? list.map(nameIn) : []
}

function nameIn(item: unknown): unknown {
  return isRecord(item) ? item['name'] : undefined
}
