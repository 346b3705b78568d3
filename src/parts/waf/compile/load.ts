/** Rule files to a program: every step of loading, in order. */
import { parseRules, type RuleSource } from '#parts/seclang/parse.ts'
import type { Program } from '../program.ts'
import { persistentMemory } from '../run/memory.ts'
import { assemble } from './assemble.ts'
import { loadContext } from './context.ts'
import { applyExceptions } from './exceptions.ts'
import { phasesOf } from './phases.ts'
import { compileRules } from './rules.ts'
import { settingsOf } from './settings.ts'

export type LoadOptions = {
  /** The text (latin1) of a data file that a rule names; undefined when it is not there or out of bounds. */
  readonly read_data: (path: string, from_file: string) => string | undefined
  /** The files that an Include means, in order. Without it an Include is a fault. */
  readonly include?: (pattern: string, from_file: string) => readonly RuleSource[]
}

export type Loaded = {
  readonly program: Program
  readonly warnings: readonly string[]
  readonly without_effect: readonly string[]
}

/** Throws `seclang.*` and `waf.*` faults. */
export function loadProgram(sources: readonly RuleSource[], options: LoadOptions): Loaded {
  const parse = options.include ? { include: options.include } : {}
  const nodes = sources.flatMap((source) => parseRules(source, parse))
  const context = loadContext(options.read_data)
  const warnings: string[] = []
  const items = applyExceptions(assemble(nodes, context), nodes, context, warnings)
  const rules = compileRules(items, context)
  const phases = phasesOf(items, rules)
  const settings = settingsOf(nodes, context)
  for (const tell of context.on_loaded) tell(rules)
  return {
    program: {
      phases,
      rules,
      settings,
      plan_count: context.plans.size,
      memory: persistentMemory(),
    },
    warnings,
    without_effect: [...context.without_effect].sort(),
  }
}
