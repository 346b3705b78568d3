/** Rule files to a rule set that transactions run through. Everything that can be decided is decided here, once. */
import { parseRules, type RuleSource } from '#parts/seclang/parse.ts'
import { assemble } from './compile/assemble.ts'
import { loadContext } from './compile/context.ts'
import { applyExceptions } from './compile/exceptions.ts'
import { phasesOf } from './compile/phases.ts'
import { compileRules } from './compile/rules.ts'
import { settingsOf } from './compile/settings.ts'
import type { Program, Settings } from './program.ts'
import { begin } from './run/begin.ts'
import { persistentMemory } from './run/memory.ts'
import type { Transaction, TransactionStart } from './transaction.ts'

export type { RuleSource } from '#parts/seclang/parse.ts'

export type RulesetOptions = {
  /** The text (latin1) of a data file that a rule names; undefined when it is not there or out of bounds. */
  readonly read_data: (path: string, from_file: string) => string | undefined
  /** The files that an Include means, in order. Without it an Include is a fault. */
  readonly include?: (pattern: string, from_file: string) => readonly RuleSource[]
}

export type Ruleset = {
  readonly rule_count: number
  /** What loads but is probably not meant: exceptions for rules that are not there. */
  readonly warnings: readonly string[]
  /** Directives, actions and operators that are accepted and change nothing here. */
  readonly without_effect: readonly string[]
  /** The component signature: `OWASP_CRS/4.28.0`; '' when the rules name none. */
  readonly signature: string
  readonly settings: Settings
  /** Starts a transaction. Synchronous, no I/O. */
  begin(start: TransactionStart): Transaction
}

/**
 * Loads rule files in order. Throws `seclang.*` and `waf.*` faults with the facts file, line and column; a rule set
 * either loads whole or not at all.
 */
export function compileRuleset(sources: readonly RuleSource[], options: RulesetOptions): Ruleset {
  const parse = options.include ? { include: options.include } : {}
  const nodes = sources.flatMap((source) => parseRules(source, parse))
  const context = loadContext(options.read_data)
  const warnings: string[] = []
  const items = applyExceptions(assemble(nodes, context), nodes, context, warnings)
  const rules = compileRules(items, context)
  const phases = phasesOf(items, rules)
  const settings = settingsOf(nodes, context)
  for (const tell of context.on_loaded) tell(rules)
  const program: Program = {
    phases,
    rules,
    settings,
    plan_count: context.plans.size,
    chain_count: context.chains.size + 1,
    memory: persistentMemory(),
  }
  return {
    rule_count: rules.length,
    warnings,
    without_effect: [...context.without_effect].sort(),
    signature: settings.signature,
    settings,
    begin: (start) => begin(program, start),
  }
}
