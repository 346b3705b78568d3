import { type CaptureInput, findCaptures } from './regex/captures.ts'
import { Dfa } from './regex/dfa.ts'
import { emit } from './regex/emit.ts'
import { flagsOf } from './regex/openers.ts'
import { parse } from './regex/parse.ts'
import { checkSize } from './regex/program.ts'
import { relax } from './regex/relax.ts'
import { settle } from './regex/settle.ts'
import { firstOf, someNode, type Tree } from './regex/tree.ts'

/** The options of PCRE that rule engines set; all are off by default. */
export type RegexOptions = {
  readonly ignore_case?: boolean
  readonly dot_all?: boolean
  readonly multiline?: boolean
  readonly extended?: boolean
}

/**
 * Where a value matched. `groups[0]` is the whole match; a group that took no part is undefined.
 */
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
  // The tree is large and needed once: it goes when the parts are made of it.
  let tree: Tree | undefined = settle(parse(pattern, flagsOf(options)))
  const { group_count } = tree
  checkSize(tree.root)
  let parts: Parts | undefined
  const prepared = (): Parts => {
    if (tree !== undefined) parts = partsOf(pattern, tree)
    tree = undefined
    return parts as Parts
  }
  return {
    pattern,
    group_count,
    test(value) {
      const { dfa, captures, is_hard } = prepared()
      return dfa.test(value) && (!is_hard || findCaptures(captures, value, 0) !== undefined)
    },
    exec(value, from = 0) {
      const { dfa, captures } = prepared()
      if (from > value.length) return undefined
      const caps = dfa.test(value, from) ? findCaptures(captures, value, from) : undefined
      return caps && matchOf(caps, value)
    },
  }
}

/** What an expression is once it is used. */
type Parts = {
  readonly dfa: Dfa
  readonly captures: CaptureInput
  /** The automaton only says where to look: the captures decide. */
  readonly is_hard: boolean
}

function partsOf(pattern: string, { root, group_count, is_plain }: Tree): Parts {
  const is_hard =
    !is_plain && someNode(root, (node) => ['look', 'atomic', 'backref'].includes(node.kind))
  const program = emit(root, group_count)
  const relaxed = is_hard ? emit(relax(root), 0) : program
  const { set, can_be_empty } = firstOf(root)
  const dfa = new Dfa(relaxed)
  let leads: Dfa | undefined
  return {
    dfa,
    captures: {
      pattern,
      program,
      first: can_be_empty ? undefined : set,
      leads() {
        leads ??= new Dfa(relaxed, { is_anchored: true, classes: dfa.classes })
        return leads
      },
    },
    is_hard,
  }
}

function matchOf(caps: Int32Array, value: string): RegexMatch {
  const groups: (string | undefined)[] = []
  for (let slot = 0; slot < caps.length; slot += 2) {
    const start = caps[slot] as number
    const end = caps[slot + 1] as number
    groups.push(start < 0 || end < 0 ? undefined : value.slice(start, end))
  }
  return { start: caps[0] as number, end: caps[1] as number, groups }
}
