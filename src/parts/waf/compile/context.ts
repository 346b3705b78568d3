/** What loading a rule set shares: each expression compiled once, each data file read once, each list of targets planned once. */
import { Fault } from '#base/fault.ts'
import type { Place } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { ChainNode, Rule, TargetPlan } from '../program.ts'
import { compileRegex, type Regex, type RegexOptions } from '../regex.ts'
import { emptyChain } from './chains.ts'

export type LoadContext = {
  readonly chain_root: ChainNode
  /** By number of the prefix and name of the transformation. */
  readonly chains: Map<string, ChainNode>
  readonly plans: Map<string, TargetPlan>
  /** Called with all rules once they are known. */
  readonly on_loaded: ((rules: readonly Rule[]) => void)[]
  /** What is accepted but changes nothing, once each. */
  readonly without_effect: Set<string>
  regex(place: Place, pattern: string, options?: RegexOptions): Regex
  dataFile(place: Place, path: string): string
}

export function loadContext(
  readData: (path: string, from_file: string) => string | undefined,
): LoadContext {
  const regexes = new Map<string, Regex>()
  const files = new Map<string, string>()
  return {
    chain_root: emptyChain(),
    chains: new Map(),
    plans: new Map(),
    on_loaded: [],
    without_effect: new Set(),
    regex(place, pattern, options = {}) {
      const key = `${JSON.stringify(options)} ${pattern}`
      const known = regexes.get(key)
      if (known) return known
      const regex = compileAt(place, pattern, options)
      regexes.set(key, regex)
      return regex
    },
    dataFile(place, path) {
      const key = `${place.file} ${path}`
      const text = files.get(key) ?? readData(path, place.file)
      if (text === undefined) throw wafFaults.missing_data_file({ ...place, path })
      files.set(key, text)
      return text
    },
  }
}

function compileAt(place: Place, pattern: string, options: RegexOptions): Regex {
  try {
    return compileRegex(pattern, options)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw wafFaults.bad_pattern({ ...place, pattern, reason: cause.message }, { cause })
  }
}
