/** Text of the ModSecurity rule language to its tree. Nothing runs, and nothing that is not understood is passed over. */
import { nearestName } from '#base/nearest.ts'
import { directives, unsupportedDirectives } from './directives.ts'
import { seclangFaults } from './faults.ts'
import { parseActions } from './parse/actions.ts'
import { type LogicalLine, logicalLines } from './parse/lines.ts'
import { parseOperator } from './parse/operator.ts'
import { parseTargets } from './parse/targets.ts'
import { splitWords, type Word } from './parse/words.ts'
import type { DirectiveNode, RuleChoice } from './tree.ts'

/** A rule file: one character a byte (latin1). */
export type RuleSource = { readonly file: string; readonly text: string }

export type ParseOptions = {
  /** The files that an Include means, in order; empty when there is none. Without it every Include is a fault. */
  readonly include?: (pattern: string, from_file: string) => readonly RuleSource[]
}

const includeDepthMax = 16
const byName = new Map(Object.keys(directives).map((name) => [name.toLowerCase(), name]))
const unsupported = new Map(
  Object.entries(unsupportedDirectives).map(([name, reason]) => [
    name.toLowerCase(),
    { name, reason },
  ]),
)

/** Reads one file and what it includes. Throws `seclang.*` faults with file, line and column. */
export function parseRules(
  source: RuleSource,
  options: ParseOptions = {},
): readonly DirectiveNode[] {
  const nodes: DirectiveNode[] = []
  readInto(nodes, source, options, 0)
  return nodes
}

function readInto(
  nodes: DirectiveNode[],
  source: RuleSource,
  options: ParseOptions,
  depth: number,
) {
  for (const line of logicalLines(source.file, source.text)) {
    const [first, ...words] = splitWords(line)
    if (!first) continue
    const name = directiveName(line, first)
    const [least, most] = directives[name]?.words ?? [0, 0]
    if (words.length < least || words.length > most) {
      const expected = least === most ? `${least} words` : `${least} to ${most} words`
      const facts = { ...line.place(first.offset), name, expected, found: words.length }
      throw seclangFaults.wrong_word_count(facts)
    }
    if (name !== 'Include' && name !== 'IncludeOptional') {
      nodes.push(directiveNode(line, name, first, words))
      continue
    }
    const pattern = words[0]?.text ?? ''
    const place = line.place(first.offset)
    if (depth >= includeDepthMax) throw seclangFaults.include_too_deep({ ...place, pattern })
    const found = options.include?.(pattern, source.file) ?? []
    if (found.length === 0 && name === 'Include') {
      throw seclangFaults.include_not_found({ ...place, pattern })
    }
    for (const inner of found) readInto(nodes, inner, options, depth + 1)
  }
}

function directiveName(line: LogicalLine, word: Word): string {
  const known = byName.get(word.text.toLowerCase())
  if (known !== undefined) return known
  const place = line.place(word.offset)
  const refused = unsupported.get(word.text.toLowerCase())
  if (refused) throw seclangFaults.unsupported_directive({ ...place, ...refused })
  const suggestion = nearestName(word.text, Object.keys(directives)) ?? ''
  throw seclangFaults.unknown_directive({ ...place, name: word.text, suggestion })
}

function directiveNode(
  line: LogicalLine,
  name: string,
  first: Word,
  words: readonly Word[],
): DirectiveNode {
  const place = line.place(first.offset)
  const [one = first, two = first, three] = words
  switch (name) {
    case 'SecRule':
      return {
        kind: 'rule',
        place,
        targets: parseTargets(line, one),
        operator: parseOperator(line, two),
        actions: three && three.text.trim() !== '' ? parseActions(line, three) : [],
      }
    case 'SecAction':
      return { kind: 'unconditional', place, actions: parseActions(line, one) }
    case 'SecDefaultAction':
      return { kind: 'default_action', place, actions: parseActions(line, one) }
    case 'SecMarker':
      return { kind: 'marker', place, name: one.text }
    case 'SecRuleRemoveById':
    case 'SecRuleRemoveByTag':
    case 'SecRuleRemoveByMsg':
      return { kind: 'remove', place, rules: choice(name, words) }
    case 'SecRuleUpdateTargetById':
    case 'SecRuleUpdateTargetByTag':
    case 'SecRuleUpdateTargetByMsg':
      return {
        kind: 'update_targets',
        place,
        rules: choice(name, [one]),
        targets: parseTargets(line, two),
      }
    case 'SecRuleUpdateActionById':
      return {
        kind: 'update_actions',
        place,
        rules: choice(name, [one]),
        actions: parseActions(line, two),
      }
    default:
      return { kind: 'setting', place, name, values: words.map((word) => word.text) }
  }
}

function choice(directive: string, words: readonly Word[]): RuleChoice {
  const by = directive.endsWith('Id') ? 'id' : directive.endsWith('Tag') ? 'tag' : 'message'
  const values = words.map((word) => word.text.replaceAll('\\"', '"'))
  return { by, values: by === 'id' ? values.flatMap((v) => v.split(/[\s,]+/)) : values }
}
