/** What loading a rule set shares: each expression compiled once, each data file read once, each list of targets planned once. */
import { Fault } from '#base/fault.ts'
import type { DirectiveNode, Place } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { ChainNode, Operator, PersistentMemory, Rule, TargetPlan } from '../program.ts'
import { compileRegex, type Regex, type RegexOptions } from '../regex.ts'
import { persistentMemory } from '../run/memory.ts'
import { emptyChain } from './chains.ts'
import type { ChooseRules } from './choose.ts'

/**
 * What a rule set was made of and the next one may take over, warm: trees of files by their text, expressions, operators by
 * name and argument. It holds only what its own rule set uses, so nothing outlives the rule sets that use it.
 */
export type Reusable = {
  /** By name of the file. */
  readonly trees: Map<string, FileTree>
  /** Texts of data files, numbered: a key made of them would be as long as they are. */
  readonly numbers: Map<string, number>
  readonly regexes: Map<string, Regex>
  readonly operators: Map<string, Operator>
  /** What clients have been seen to do outlives a change of rules. */
  readonly memory: PersistentMemory
}

/** What a file says that includes no other. */
export type FileTree = { readonly text: string; readonly nodes: readonly DirectiveNode[] }

export type LoadContext = {
  readonly chain_root: ChainNode
  /** By number of the prefix and name of the transformation. */
  readonly chains: Map<string, ChainNode>
  readonly plans: Map<string, TargetPlan>
  /** Called once all rules are known, with the way to choose among them. */
  readonly on_loaded: ((choose: ChooseRules<Rule>) => void)[]
  /** Variables of TX (lower case) that a SecAction sets for every request, and where. */
  readonly set_for_all: Map<string, Place>
  /** What is accepted but changes nothing, once each. */
  readonly without_effect: Set<string>
  regex(place: Place, pattern: string, options?: RegexOptions): Regex
  dataFile(place: Place, path: string): string
  /** What this file said before; undefined when its text was another one. */
  knownTree(file: string, text: string): FileTree | undefined
  keepTree(file: string, tree: FileTree): void
  /** The same for the same text, also in the next rule set. */
  numberOf(text: string): number
  operator(key: string, make: () => Operator): Operator
  /**
   * Ends loading and gives what can be reused. Operators live on in later rule sets and still know this context: from here on it
   * holds nothing, and expressions made of macros are compiled without being kept.
   */
  finish(): Reusable
}

export function loadContext(
  readData: (path: string, from_file: string) => string | undefined,
  previous?: Reusable,
): LoadContext {
  type Loading = {
    readonly made: Reusable
    readonly before: Reusable | undefined
    readonly files: Map<string, string>
    readonly readData: typeof readData
  }
  const made = nothingReusable(previous?.memory ?? persistentMemory())
  // Above all that are known: one number never means two texts.
  let next_number = Math.max(0, ...(previous?.numbers.values() ?? [])) + 1
  let loading: Loading | undefined = { made, before: previous, files: new Map(), readData }
  const context: LoadContext = {
    chain_root: emptyChain(),
    chains: new Map(),
    plans: new Map(),
    on_loaded: [],
    set_for_all: new Map(),
    without_effect: new Set(),
    regex(place, pattern, options = {}) {
      if (loading === undefined) return compileAt(place, pattern, options)
      const key = `${JSON.stringify(options)} ${pattern}`
      const { made, before } = loading
      return reused(made.regexes, before?.regexes, key, () => compileAt(place, pattern, options))
    },
    dataFile(place, path) {
      const key = `${place.file} ${path}`
      const text = loading?.files.get(key) ?? loading?.readData(path, place.file)
      if (text === undefined) throw wafFaults.missing_data_file({ ...place, path })
      loading?.files.set(key, text)
      return text
    },
    knownTree(file, text) {
      const known = loading?.made.trees.get(file) ?? loading?.before?.trees.get(file)
      return known?.text === text ? known : undefined
    },
    keepTree: (file, tree) => void loading?.made.trees.set(file, tree),
    numberOf(text) {
      if (loading === undefined) return next_number++
      const { made, before } = loading
      return reused(made.numbers, before?.numbers, text, () => next_number++)
    },
    operator: (key, make) =>
      loading === undefined
        ? make()
        : reused(loading.made.operators, loading.before?.operators, key, make),
    finish() {
      const made = loading?.made ?? nothingReusable(persistentMemory())
      loading = undefined
      context.chains.clear()
      context.plans.clear()
      context.on_loaded.length = 0
      return made
    },
  }
  return context
}

function nothingReusable(memory: PersistentMemory): Reusable {
  return {
    trees: new Map(),
    numbers: new Map(),
    regexes: new Map(),
    operators: new Map(),
    memory,
  }
}

function reused<T>(
  made: Map<string, T>,
  before: ReadonlyMap<string, T> | undefined,
  key: string,
  make: () => T,
): T {
  const known = made.get(key) ?? before?.get(key)
  const thing = known ?? make()
  made.set(key, thing)
  return thing
}

/** An expression; its faults tell where it stands. */
export function compileAt(place: Place, pattern: string, options: RegexOptions = {}): Regex {
  try {
    return compileRegex(pattern, options)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw wafFaults.bad_pattern({ ...place, pattern, reason: cause.message }, { cause })
  }
}
