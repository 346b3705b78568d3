/**
 * Exceptions found by the path of a request: a table for whole paths, a tree of segments for beginnings. What they mean
 * together is worked out at the first request that meets them and kept until one of them expires.
 */
import type { ExclusionDesk, Exclusions, PreparedExclusion } from '#parts/waf/exclusions.ts'

export type PathException = {
  /** A path, or a beginning followed by `*`. */
  readonly path: string
  /** Empty: all. */
  readonly methods: readonly string[]
  readonly prepared: PreparedExclusion
  /** Infinity: never. */
  readonly expires_ms: number
}

/** Exceptions of one path or beginning. */
type Group = { readonly number: number; readonly items: PathException[] }

type Branch = {
  /** For every path that goes on after the slash that ends here. */
  group: Group | undefined
  readonly children: Map<string, Branch>
  /** Beginnings that end within the next segment. */
  readonly parts: Map<string, Group>
  lengths: readonly number[]
}

export type ExceptionIndex = {
  readonly size: number
  /** Adds to `found` the groups that apply to a path. */
  collect(path: string, found: Group[]): void
}

/** Gives out the numbers of groups; one for all indexes that are asked together. */
export type GroupNumbers = { next: number }

export function exceptionIndex(
  exceptions: readonly PathException[],
  numbers: GroupNumbers,
): ExceptionIndex {
  const exact = new Map<string, Group>()
  const root = branch()
  const newGroup = (): Group => ({ number: numbers.next++, items: [] })
  for (const exception of exceptions) {
    const { path } = exception
    const group = path.endsWith('*')
      ? groupOfBeginning(root, path.slice(0, -1), newGroup)
      : groupIn(exact, path, newGroup)
    group.items.push(exception)
  }
  return {
    size: exceptions.length,
    collect(path, found) {
      collectBeginnings(root, path, found)
      const group = exact.get(path)
      if (group !== undefined) found.push(group)
    },
  }
}

function branch(): Branch {
  return { group: undefined, children: new Map(), parts: new Map(), lengths: [] }
}

function groupIn(groups: Map<string, Group>, key: string, make: () => Group): Group {
  const group = groups.get(key) ?? make()
  groups.set(key, group)
  return group
}

function groupOfBeginning(root: Branch, beginning: string, make: () => Group): Group {
  // The first segment stands behind the first slash.
  const segments = beginning.slice(1).split('/')
  const last = segments.pop() ?? ''
  let here = root
  for (const segment of segments) {
    const next = here.children.get(segment) ?? branch()
    here.children.set(segment, next)
    here = next
  }
  if (last === '') return (here.group ??= make())
  const group = groupIn(here.parts, last, make)
  if (!here.lengths.includes(last.length)) here.lengths = [...here.lengths, last.length]
  return group
}

function collectBeginnings(root: Branch, path: string, found: Group[]): void {
  let here: Branch | undefined = root
  for (let start = 1; here !== undefined; ) {
    if (here.group !== undefined) found.push(here.group)
    const slash = path.indexOf('/', start)
    const segment = path.slice(start, slash < 0 ? undefined : slash)
    for (const length of here.lengths) {
      const group = segment.length < length ? undefined : here.parts.get(segment.slice(0, length))
      if (group !== undefined) found.push(group)
    }
    if (slash < 0) return
    here = here.children.get(segment)
    start = slash + 1
  }
}

/** Combinations that are kept; when there are more, all are forgotten and worked out again. */
const keptMax = 2000

type Kept = { readonly exclusions: Exclusions | undefined; readonly until_ms: number }

/** What the exceptions of several indexes mean for a request. */
export function exceptionFinder(
  indexes: readonly ExceptionIndex[],
  desk: ExclusionDesk,
  methods: ReadonlySet<string>,
): (method: string, path: string, at_ms: number) => Exclusions | undefined {
  const used = indexes.filter((index) => index.size > 0)
  if (used.length === 0) return () => undefined
  const kept = new Map<string, Kept>()
  return (method, path, at_ms) => {
    const found: Group[] = []
    for (const index of used) index.collect(path, found)
    if (found.length === 0) return undefined
    // A method that no exception speaks of is like any other of these.
    const spoken = methods.has(method) ? method : ''
    let key = spoken
    for (const group of found) key += ` ${group.number}`
    const known = kept.get(key)
    if (known !== undefined && at_ms < known.until_ms) return known.exclusions
    if (kept.size >= keptMax) kept.clear()
    const made = combined(found, spoken, at_ms, desk)
    kept.set(key, made)
    return made.exclusions
  }
}

function combined(
  groups: readonly Group[],
  method: string,
  at_ms: number,
  desk: ExclusionDesk,
): Kept {
  let until_ms = Number.POSITIVE_INFINITY
  const prepared: PreparedExclusion[] = []
  for (const { items } of groups) {
    for (const item of items) {
      if (item.expires_ms <= at_ms) continue
      until_ms = Math.min(until_ms, item.expires_ms)
      if (item.methods.length > 0 && !item.methods.includes(method)) continue
      prepared.push(item.prepared)
    }
  }
  return { exclusions: prepared.length === 0 ? undefined : desk.merge(prepared), until_ms }
}
