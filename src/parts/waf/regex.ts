import { findCaptures } from './regex/captures.ts'
import { Dfa } from './regex/dfa.ts'
import { needsOf } from './regex/needs.ts'
import { flagsOf } from './regex/openers.ts'
import { parse } from './regex/parse.ts'
import { flatSets, hasEach } from './regex/presence.ts'
import { checkSize, emit, type Program, relax } from './regex/program.ts'
import { settle } from './regex/settle.ts'
import { firstOf, someNode } from './regex/tree.ts'

/** The options of PCRE that rule engines set; all are off by default. */
export type RegexOptions = {
  readonly ignore_case?: boolean
  readonly dot_all?: boolean
  readonly multiline?: boolean
  readonly extended?: boolean
}

/** Where a value matched. `groups[0]` is the whole match; a group that took no part is undefined. */
export type RegexMatch = {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

/** A compiled expression over byte strings (one character for one byte, 0 to 255). */
export type Regex = {
  readonly pattern: string
  readonly group_count: number
  /** Is there a match anywhere? Linear in the length of value. */
  test(value: string): boolean
  /** The leftmost-first (Perl) match at or after `from`, with captures. Same verdict as test(). */
  exec(value: string, from?: number): RegexMatch | undefined
}

/**
 * Parses PCRE and prepares a linear-time matcher over byte strings (latin1).
 * Throws `regex.*` faults with the offset in the pattern. Automata are built when first needed.
 */
export function compileRegex(pattern: string, options: RegexOptions = {}): Regex {
  const { root, group_count } = settle(parse(pattern, flagsOf(options)))
  checkSize(root)
  const is_hard = someNode(root, (node) => ['look', 'atomic', 'backref'].includes(node.kind))
  const first = firstOf(root)
  const first_set = first.can_be_empty ? undefined : first.set
  let needs: Int32Array | undefined
  let exact: Program | undefined
  let dfa: Dfa | undefined

  const program = () => {
    exact ??= emit(root, group_count)
    return exact
  }
  const mayMatch = (value: string, from: number) => {
    needs ??= flatSets(needsOf(root))
    if (needs.length > 0 && !hasEach(value, needs)) return false
    dfa ??= new Dfa(is_hard ? emit(relax(root), 0) : program())
    return dfa.test(value, from)
  }
  const find = (value: string, from: number) =>
    findCaptures({ pattern, program: program(), first: first_set }, value, from)

  return {
    pattern,
    group_count,
    test: (value) => mayMatch(value, 0) && (!is_hard || find(value, 0) !== undefined),
    exec(value, from = 0) {
      if (from > value.length || !mayMatch(value, from)) return undefined
      const caps = find(value, from)
      if (caps === undefined) return undefined
      const groups: (string | undefined)[] = []
      for (let slot = 0; slot < caps.length; slot += 2) {
        const start = caps[slot] as number
        const end = caps[slot + 1] as number
        groups.push(start < 0 || end < 0 ? undefined : value.slice(start, end))
      }
      return { start: caps[0] as number, end: caps[1] as number, groups }
    },
  }
}
