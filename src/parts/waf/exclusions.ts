/**
 * Exceptions from outside the rules: like ctl:ruleRemoveById, ruleRemoveByTag and ruleRemoveTarget…, but decided before the
 * first rule, made ready once and shared by all requests that they are for.
 */
import { Fault } from '#base/fault.ts'
import { compileAt } from './compile/context.ts'
import { targetOfText } from './compile/targets.ts'
import type { Exclusion, Rule } from './program.ts'

export type ExclusionSpec = {
  readonly rule_ids: readonly number[]
  /** Rules that have one of these tags, as written. */
  readonly tags: readonly string[]
  /** `ARGS:content`, `ARGS:/^meta/`: what the rules do not look at. '' when they do not run at all. */
  readonly target: string
  /** The selector of the target is a name, also when it looks like a pattern. */
  readonly is_literal?: boolean
}

/** One exception made ready for one rule set. */
export type PreparedExclusion = {
  /** Indexes of rules; 'all' only together with a target. */
  readonly rules: readonly number[] | 'all'
  readonly target: Exclusion | undefined
  /** Ids and tags that no rule has, or whose rules cannot be left out. */
  readonly unknown: readonly string[]
}

/** What does not count for a request; never changed once it is made. */
export type Exclusions = {
  /** 1 at the index of each rule that does not run. */
  readonly rules: Uint8Array | undefined
  /** By index of the rule. */
  readonly targets: Map<number, readonly Exclusion[]> | undefined
  /** What no rule looks at. */
  readonly everywhere: readonly Exclusion[] | undefined
}

/** What is wrong with a literal target; undefined when nothing is. */
export function targetProblem(target: string): string | undefined {
  try {
    targetOfText({ regex: compileAt }, target, place, true)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

const place = { file: 'exception', line: 1, column: 1 }

/** Rules that initialise a rule set or judge its scores: without them nothing would be decided at all. */
function isIndispensable(id: number): boolean {
  const block = Math.floor(id / 1000)
  return block === 901 || block === 949 || block === 959 || block === 980
}

export type ExclusionDesk = {
  /** Rules that detect something: what exceptions are about. */
  readonly detections: number
  /** Throws `waf.*` faults when the target is none. */
  prepare(spec: ExclusionSpec): PreparedExclusion
  merge(prepared: readonly PreparedExclusion[]): Exclusions
}

/** What a rule set answers about exceptions. */
export function exclusionDesk(rules: readonly Rule[]): ExclusionDesk {
  const by_id = new Map<number, readonly number[]>()
  const by_tag = new Map<string, number[]>()
  for (const rule of rules) {
    if (isIndispensable(rule.id)) continue
    by_id.set(rule.id, [rule.index])
    // A tag such as OWASP_CRS stands at the rules that steer the others as well; only what detects is meant.
    if (!rule.is_detection) continue
    for (const tag of new Set(rule.tags)) {
      const here = by_tag.get(tag)
      if (here === undefined) by_tag.set(tag, [rule.index])
      else here.push(rule.index)
    }
  }
  return {
    detections: rules.filter((rule) => rule.is_detection && !isIndispensable(rule.id)).length,
    prepare({ rule_ids, tags, target, is_literal = false }) {
      const excluded =
        target === '' ? undefined : targetOfText({ regex: compileAt }, target, place, is_literal)
      if (rule_ids.length === 0 && tags.length === 0) {
        return { rules: excluded === undefined ? [] : 'all', target: excluded, unknown: [] }
      }
      const unknown: string[] = []
      const found: (readonly number[])[] = []
      const look = (known: readonly number[] | undefined, name: string) => {
        if (known === undefined) unknown.push(name)
        else found.push(known)
      }
      for (const id of rule_ids) look(by_id.get(id), `rule ${id}`)
      for (const tag of tags) look(by_tag.get(tag), `tag ${tag}`)
      const [only = [], ...others] = found
      return { rules: others.length === 0 ? only : found.flat(), target: excluded, unknown }
    },
    merge: (prepared) => merged(prepared, rules.length),
  }
}

function merged(prepared: readonly PreparedExclusion[], ruleCount: number): Exclusions {
  let rules: Uint8Array | undefined
  let targets: Map<number, readonly Exclusion[]> | undefined
  let everywhere: Exclusion[] | undefined
  for (const { rules: indexes, target } of prepared) {
    if (indexes === 'all') {
      if (target !== undefined) (everywhere ??= []).push(target)
    } else if (target === undefined) {
      rules ??= new Uint8Array(ruleCount)
      for (const index of indexes) rules[index] = 1
    } else {
      targets ??= new Map()
      for (const index of indexes) {
        const here = targets.get(index)
        targets.set(index, here === undefined ? [target] : [...here, target])
      }
    }
  }
  return { rules, targets, everywhere }
}
