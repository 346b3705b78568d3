/**
 * Exceptions found by the path of a request: a table for whole paths, a tree of segments for beginnings. What they mean
 * together is worked out at the first request that meets them and kept until one of them expires.
 */
import type { ExclusionDesk, Exclusions, PreparedExclusion } from '#parts/waf/exclusions.ts'
import type { RequestArguments } from '#parts/waf/transaction.ts'

/** What the arguments of a request must be like; one object for all exceptions that ask the same. */
export type ArgumentTest = { holds(args: RequestArguments): boolean }

export type PathException = {
  /** In the spelling of `routingPath`. */
  readonly path: string
  /** For all paths that begin so. */
  readonly is_beginning: boolean
  /** Empty: all. */
  readonly methods: readonly string[]
  readonly prepared: PreparedExclusion
  /** Infinity: never. */
  readonly expires_ms: number
  /** Only for requests with the cookie of somebody who is logged in. */
  readonly needs_login?: boolean
  /** Only for requests with such arguments. */
  readonly arguments?: ArgumentTest | undefined
}

/** What does not count for a request: from its head on, and from phase 2 on, when its arguments are known. */
export type FoundExceptions = {
  readonly exclusions?: Exclusions
  readonly exclusions_by_arguments?: (args: RequestArguments) => Exclusions | undefined
}

/** What decides, beside path and time. */
export type ExceptionFacts = { readonly method: string; isLoggedIn(): boolean }

/** Exceptions of one path or beginning. */
type Group = { readonly number: number; asks_login: boolean; readonly items: PathException[] }

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
  const newGroup = (): Group => ({ number: numbers.next++, asks_login: false, items: [] })
  for (const exception of exceptions) {
    const { path, is_beginning, needs_login = false } = exception
    const group = is_beginning
      ? groupOfBeginning(root, path, newGroup)
      : groupIn(exact, path, newGroup)
    group.items.push(exception)
    if (needs_login) group.asks_login = true
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

type Kept = { readonly found: FoundExceptions; readonly until_ms: number }

const nothing: FoundExceptions = {}

/** What the exceptions of several indexes mean for a request; undefined when they are all empty. */
export function exceptionFinder(
  indexes: readonly ExceptionIndex[],
  desk: Pick<ExclusionDesk, 'merge'>,
  methods: ReadonlySet<string>,
): ((facts: ExceptionFacts, path: string, at_ms: number) => FoundExceptions) | undefined {
  const used = indexes.filter((index) => index.size > 0)
  if (used.length === 0) return undefined
  const kept = new Map<string, Kept>()
  return (facts, path, at_ms) => {
    const groups: Group[] = []
    for (const index of used) index.collect(path, groups)
    if (groups.length === 0) return nothing
    // A method that no exception speaks of is like any other of these.
    const method = methods.has(facts.method) ? facts.method : ''
    const is_logged_in = groups.some((group) => group.asks_login) && facts.isLoggedIn()
    let key = is_logged_in ? `${method}+` : method
    for (const group of groups) key += ` ${group.number}`
    const known = kept.get(key)
    if (known !== undefined && at_ms < known.until_ms) return known.found
    if (kept.size >= keptMax) kept.clear()
    const made = combined(groups, { method, is_logged_in, at_ms }, desk)
    kept.set(key, made)
    return made.found
  }
}

function combined(
  groups: readonly Group[],
  asked: { readonly method: string; readonly is_logged_in: boolean; readonly at_ms: number },
  desk: Pick<ExclusionDesk, 'merge'>,
): Kept {
  let until_ms = Number.POSITIVE_INFINITY
  const always: PreparedExclusion[] = []
  const tested = new Map<ArgumentTest, PreparedExclusion[]>()
  for (const { items } of groups) {
    for (const item of items) {
      if (item.expires_ms <= asked.at_ms) continue
      until_ms = Math.min(until_ms, item.expires_ms)
      if (item.methods.length > 0 && !item.methods.includes(asked.method)) continue
      if (item.needs_login === true && !asked.is_logged_in) continue
      if (item.arguments === undefined) always.push(item.prepared)
      else tested.set(item.arguments, [...(tested.get(item.arguments) ?? []), item.prepared])
    }
  }
  const found: FoundExceptions = {
    ...(always.length === 0 ? {} : { exclusions: desk.merge(always) }),
    ...(tested.size === 0 ? {} : { exclusions_by_arguments: byArguments([...tested], desk) }),
  }
  return { found, until_ms }
}

/** Combinations of answers that are kept; in practice one or two hold at once. */
const answersMax = 100

/** What of `tested` counts for arguments; each combination is worked out once. */
function byArguments(
  tested: readonly (readonly [ArgumentTest, readonly PreparedExclusion[]])[],
  desk: Pick<ExclusionDesk, 'merge'>,
): (args: RequestArguments) => Exclusions | undefined {
  const kept = new Map<string, Exclusions>()
  return (args) => {
    const holding = tested.filter(([test]) => test.holds(args))
    if (holding.length === 0) return undefined
    const key = holding.map((one) => tested.indexOf(one)).join(' ')
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= answersMax) kept.clear()
    const made = desk.merge(holding.flatMap(([, prepared]) => prepared))
    kept.set(key, made)
    return made
  }
}
