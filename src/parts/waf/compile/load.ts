/** Rule files to a program: every step of loading, in order. */
import { parseRules, type RuleSource } from '#parts/seclang/parse.ts'
import type { DirectiveNode, Place } from '#parts/seclang/tree.ts'
import type { Program } from '../program.ts'
import { assemble } from './assemble.ts'
import { chooser } from './choose.ts'
import { type LoadContext, loadContext, type Reusable } from './context.ts'
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
  readonly set_for_all: ReadonlyMap<string, Place>
  /** For the rule set that comes after this one. */
  readonly reusable: Reusable
}

/**
 * Throws `seclang.*` and `waf.*` faults. `previous`: what the rule set before left to reuse. Yields every few milliseconds, so
 * that whoever has something else to do can do it in between.
 */
export function* loadSteps(
  sources: readonly RuleSource[],
  options: LoadOptions,
  previous?: Reusable,
): Generator<void, Loaded> {
  const context = loadContext(options.read_data, previous)
  const nodes: DirectiveNode[] = []
  for (const source of sources) {
    nodes.push(...treeOf(source, options, context))
    yield
  }
  const warnings: string[] = []
  const assembled = yield* assemble(nodes, context)
  const items = applyExceptions(assembled, nodes, context, warnings)
  yield
  const rules = yield* compileRules(items, context)
  const phases = phasesOf(items, rules)
  yield
  const settings = settingsOf(nodes, context)
  const choose = chooser(rules, context)
  for (const tell of context.on_loaded) {
    tell(choose)
    yield
  }
  const plan_count = context.plans.size
  const reusable = context.finish()
  return {
    program: {
      phases,
      rules,
      settings,
      plan_count,
      memory: reusable.memory,
    },
    warnings,
    without_effect: [...context.without_effect].sort(),
    set_for_all: context.set_for_all,
    reusable,
  }
}

/** All steps at once. */
export function loadProgram(...what: Parameters<typeof loadSteps>): Loaded {
  const steps = loadSteps(...what)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

const hasInclude = /^[ \t]*include/im

/** The tree of a file; one that includes others is read anew, since those may have changed. */
function treeOf(
  source: RuleSource,
  { include }: LoadOptions,
  context: LoadContext,
): readonly DirectiveNode[] {
  const { file, text } = source
  const known = context.knownTree(file, text)
  const nodes = known?.nodes ?? parseRules(source, include ? { include } : {})
  if (known !== undefined) context.keepTree(file, known)
  else if (!hasInclude.test(text)) context.keepTree(file, { text, nodes })
  return nodes
}
