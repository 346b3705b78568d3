import { parseBrackets } from './brackets.ts'
import {
  anyByte,
  bytes,
  complement,
  escapeSets,
  foldedSingles,
  newline,
  singles,
  union,
} from './bytes.ts'
import { type Cursor, peek, take } from './cursor.ts'
import { type Escape, parseEscape } from './escapes.ts'
import { regexFaults } from './faults.ts'
import { type Flags, type Opener, parseOpener } from './openers.ts'
import { parseQuantifier } from './quantifiers.ts'
import { emptyNode, type Node, type Tree } from './tree.ts'

/** PCRE's own default limit of nested parentheses. */
const depth_max = 250

/** Quantifiers of quantifiers nest the tree as groups do. */
const stacked_max = 4

type State = Cursor & {
  flags: Flags
  depth: number
  group_count: number
  is_plain: boolean
  readonly names: Map<string, number>
  readonly references: { readonly index: number; readonly at: number }[]
}

/**
 * The tree of a PCRE pattern over bytes. Throws `regex.*` faults with the offset in the pattern.
 */
export function parse(pattern: string, flags: Flags): Tree {
  const state: State = {
    text: pattern,
    at: 0,
    flags,
    depth: 0,
    group_count: 0,
    is_plain: true,
    names: new Map(),
    references: [],
  }
  for (let at = 0; at < pattern.length; at++) {
    if (pattern.charCodeAt(at) > 255) {
      throw regexFaults.out_of_range({ at, problem: 'the pattern is not a string of bytes' })
    }
  }
  const root = parseAlternatives(state)
  if (state.at < pattern.length) {
    throw regexFaults.syntax({ at: state.at, problem: '")" closes no group' })
  }
  for (const { index, at } of state.references) {
    if (index < 1 || index > state.group_count) {
      throw regexFaults.syntax({ at, problem: `there is no group ${index}` })
    }
  }
  return { root, group_count: state.group_count, is_plain: state.is_plain }
}

/** Alternatives up to the closing parenthesis, which stays, or the end. */
function parseAlternatives(state: State): Node {
  const outer_flags = state.flags
  const items: Node[] = [parseSequence(state)]
  while (take(state, '|')) items.push(parseSequence(state))
  state.flags = outer_flags
  const [first] = items
  if (items.length === 1 && first !== undefined) return first
  const sets = items.flatMap((item) => (item.kind === 'set' ? [item.set] : []))
  if (sets.length === items.length) return { kind: 'set', set: sets.reduce(union) }
  return { kind: 'alt', items }
}

function parseSequence(state: State): Node {
  const items: Node[] = []
  let stacked = 0
  for (;;) {
    if (state.flags.extended) skipExtended(state)
    const code = peek(state)
    if (code < 0 || code === 0x7c || code === 0x29) break
    const quantifier_at = state.at
    const quantifier = parseQuantifier(state, state.flags.ungreedy)
    if (quantifier === undefined) {
      const node = parseAtom(state)
      for (const part of node ?? []) items.push(part)
      stacked = 0
      continue
    }
    const item = items.pop()
    if (item === undefined) {
      throw regexFaults.syntax({ at: quantifier_at, problem: 'there is nothing to repeat' })
    }
    if (++stacked > stacked_max) {
      const problem = `more than ${stacked_max} quantifiers follow each other`
      throw regexFaults.out_of_range({ at: quantifier_at, problem })
    }
    if (quantifier.mode === 'possessive') state.is_plain = false
    items.push({ kind: 'repeat', item, ...quantifier, at: quantifier_at })
  }
  const [first] = items
  if (first === undefined) return emptyNode
  return items.length === 1 ? first : { kind: 'cat', items }
}

function skipExtended(state: State): void {
  for (;;) {
    const code = peek(state)
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) state.at++
    else if (code === 0x23) {
      const end = state.text.indexOf('\n', state.at)
      state.at = end < 0 ? state.text.length : end + 1
    } else return
  }
}

/** The nodes of one atom: several for a quotation, undefined for what matches nothing by itself. */
function parseAtom(state: State): readonly Node[] | undefined {
  const at = state.at
  const code = peek(state)
  state.at++
  switch (code) {
    case 0x28:
      return parseGroup(state, at)
    case 0x5b:
      return [{ kind: 'set', set: parseBrackets(state, state.flags.ignore_case) }]
    case 0x2e:
      return [{ kind: 'set', set: state.flags.dot_all ? anyByte : complement(newline) }]
    case 0x5e:
      return [{ kind: 'assert', assertion: state.flags.multiline ? 'line_start' : 'text_start' }]
    case 0x24: {
      const assertion = state.flags.multiline ? 'line_end' : 'text_end_or_last_newline'
      return [{ kind: 'assert', assertion }]
    }
    case 0x5c:
      if (take(state, 'Q')) return parseQuotation(state)
      if (take(state, 'E')) return undefined
      return [escapeNode(state, parseEscape(state, state.group_count), at)]
    default:
      return [byteNode(state, code)]
  }
}

function parseQuotation(state: State): readonly Node[] {
  const end = state.text.indexOf('\\E', state.at)
  const text = state.text.slice(state.at, end < 0 ? undefined : end)
  state.at = end < 0 ? state.text.length : end + 2
  return Array.from(text, (letter) => byteNode(state, letter.charCodeAt(0)))
}

function byteNode(state: State, byte: number): Node {
  const set = (state.flags.ignore_case ? foldedSingles : singles)[byte] ?? bytes(byte)
  return { kind: 'set', set }
}

function escapeNode(state: State, escaped: Escape, at: number): Node {
  switch (escaped.kind) {
    case 'byte':
      return byteNode(state, escaped.byte)
    case 'set':
      return { kind: 'set', set: escaped.set }
    case 'assert':
      return { kind: 'assert', assertion: escaped.assertion }
    case 'reference':
      return referenceNode(state, escaped.to, at)
    case 'newline_sequence': {
      state.is_plain = false
      const pair: Node = {
        kind: 'cat',
        items: [
          { kind: 'set', set: bytes(0x0d) },
          { kind: 'set', set: bytes(0x0a) },
        ],
      }
      const single: Node = { kind: 'set', set: escapeSets['v'] ?? newline }
      return { kind: 'atomic', item: { kind: 'alt', items: [pair, single] }, at }
    }
  }
}

function referenceNode(state: State, to: number | string, at: number): Node {
  const number = typeof to === 'number' && to < 0 ? state.group_count + 1 + to : to
  const index = typeof number === 'number' ? number : state.names.get(number)
  if (index === undefined) {
    throw regexFaults.syntax({ at, problem: `there is no group "${to}" before this place` })
  }
  state.references.push({ index, at })
  state.is_plain = false
  return { kind: 'backref', index, at }
}

function parseGroup(state: State, at: number): readonly Node[] | undefined {
  const opener = parseOpener(state, state.flags)
  if (opener.kind === 'comment') return undefined
  if (opener.kind === 'reference') return [referenceNode(state, opener.name, at)]
  if (opener.kind === 'flags') {
    state.flags = opener.flags
    return undefined
  }
  if (++state.depth > depth_max) {
    throw regexFaults.out_of_range({ at, problem: `groups nest deeper than ${depth_max}` })
  }
  const node = parseInside(state, opener, at)
  state.depth--
  if (!take(state, ')')) {
    throw regexFaults.syntax({ at, problem: 'a group is not closed with ")"' })
  }
  return [node]
}

function parseInside(
  state: State,
  opener: Exclude<Opener, { kind: 'comment' | 'reference' | 'flags' }>,
  at: number,
): Node {
  const outer_flags = state.flags
  switch (opener.kind) {
    case 'capture': {
      const index = ++state.group_count
      if (opener.name !== undefined) {
        if (state.names.has(opener.name)) {
          throw regexFaults.syntax({ at, problem: `two groups are named "${opener.name}"` })
        }
        state.names.set(opener.name, index)
      }
      return { kind: 'group', item: parseAlternatives(state), index }
    }
    case 'plain': {
      state.flags = opener.flags
      const node = parseAlternatives(state)
      state.flags = outer_flags
      return node
    }
    case 'atomic':
      state.is_plain = false
      return { kind: 'atomic', item: parseAlternatives(state), at }
    case 'look': {
      state.is_plain = false
      const { is_behind, is_negative } = opener
      return { kind: 'look', item: parseAlternatives(state), is_behind, is_negative, at }
    }
  }
}
