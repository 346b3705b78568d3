/** Rule files to a rule set that transactions run through. Everything that can be decided is decided here, once. */
import type { RuleSource } from '#parts/seclang/parse.ts'
import type { Place } from '#parts/seclang/tree.ts'
import type { Reusable } from './compile/context.ts'
import { type LoadOptions, loadSteps } from './compile/load.ts'
import { type ExclusionDesk, exclusionDesk } from './exclusions.ts'
import type { Settings } from './program.ts'
import { begin } from './run/begin.ts'
import { warmUp } from './run/warm-up.ts'
import type { Transaction, TransactionStart } from './transaction.ts'

export type { RuleSource } from '#parts/seclang/parse.ts'
export type { LoadOptions as RulesetOptions } from './compile/load.ts'

export type Ruleset = {
  readonly rule_count: number
  /** What loads but is probably not meant: exceptions for rules that are not there. */
  readonly warnings: readonly string[]
  /** Directives, actions and operators that are accepted and change nothing here. */
  readonly without_effect: readonly string[]
  /** Variables of TX (lower case) that a SecAction sets for every request: `TransactionStart.variables` win over them. */
  readonly set_for_all: ReadonlyMap<string, Place>
  /** The component signature: `OWASP_CRS/4.28.0`; '' when the rules name none. */
  readonly signature: string
  readonly settings: Settings
  /** For what the rule set that follows can take over. */
  readonly reusable: Reusable
  readonly exclusions: ExclusionDesk
  /** Starts a transaction. Synchronous, no I/O. */
  begin(start: TransactionStart): Transaction
  /** Runs made-up requests, four a round, so that the first real ones are as fast as later ones. Leaves no trace. */
  warmUp(rounds?: number): void
}

/**
 * Loads rule files in order. Throws `seclang.*` and `waf.*` faults with the facts file, line and column; a rule set
 * either loads whole or not at all. What `previous` has in common with it is taken over as it is, with all automata.
 */
export function compileRuleset(
  sources: readonly RuleSource[],
  options: LoadOptions,
  previous?: Ruleset,
): Ruleset {
  const steps = rulesetSteps(sources, options, previous)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same in steps of a few milliseconds at most. */
export function* rulesetSteps(
  sources: readonly RuleSource[],
  options: LoadOptions,
  previous?: Ruleset,
): Generator<void, Ruleset> {
  const { program, warnings, without_effect, set_for_all, reusable } = yield* loadSteps(
    sources,
    options,
    previous?.reusable,
  )
  const { rules, settings } = program
  return {
    rule_count: rules.length,
    warnings,
    without_effect,
    set_for_all,
    signature: settings.signature,
    settings,
    reusable,
    exclusions: exclusionDesk(rules),
    begin: (start) => begin(program, start),
    warmUp: (rounds = 3) => warmUp(program, rounds),
  }
}
