/** `ARGS|!ARGS:/^x/|&REQUEST_HEADERS:Host` to target nodes. */
import { seclangFaults } from '../faults.ts'
import type { Selector, TargetNode } from '../tree.ts'
import type { LogicalLine } from './lines.ts'
import type { Word } from './words.ts'

const nameCharacter = /[A-Za-z0-9_]/

/** Reads the targets of a rule. Targets are divided by `|`, in exclusion lists also by `,`. */
export function parseTargets(line: LogicalLine, word: Word): readonly TargetNode[] {
  const targets: TargetNode[] = []
  let at = 0
  while (at <= word.text.length) {
    const { node, end } = parseTarget(line, word, at)
    targets.push(node)
    const next = word.text[end]
    if (next === undefined) return targets
    if (next !== '|' && next !== ',') {
      const reason = `"|" must divide targets, found "${next}"`
      throw seclangFaults.bad_target({ ...line.place(word.offset + end), reason })
    }
    at = end + 1
  }
  return targets
}

function parseTarget(
  line: LogicalLine,
  word: Word,
  start: number,
): { readonly node: TargetNode; readonly end: number } {
  const { text } = word
  let at = start
  while (text[at] === ' ') at++
  const place = line.place(word.offset + at)
  const mark = text[at]
  const mode = mark === '!' ? 'exclude' : mark === '&' ? 'count' : 'inspect'
  if (mode !== 'inspect') at++
  const nameStart = at
  while (nameCharacter.test(text.charAt(at))) at++
  const variable = text.slice(nameStart, at)
  if (variable === '') {
    throw seclangFaults.bad_target({ ...place, reason: 'the name of a variable is missing' })
  }
  if (text[at] !== ':') return { node: { place, mode, variable, selector: undefined }, end: at }
  const { selector, end } = parseSelector(line, word, at + 1, variable)
  return { node: { place, mode, variable, selector }, end }
}

function parseSelector(
  line: LogicalLine,
  word: Word,
  start: number,
  variable: string,
): { readonly selector: Selector; readonly end: number } {
  const { text } = word
  if (text[start] === "'") {
    const end = closing(line, word, start, "'")
    const inner = text
      .slice(start + 1, end)
      .replaceAll('\\\\', '\\')
      .replaceAll("\\'", "'")
    const isPattern = inner.length > 1 && inner.startsWith('/') && inner.endsWith('/')
    return isPattern
      ? { selector: { kind: 'pattern', pattern: inner.slice(1, -1) }, end: end + 1 }
      : { selector: { kind: 'name', name: inner }, end: end + 1 }
  }
  // An XPath starts with a slash as well, but it is a name to us.
  if (text[start] === '/' && variable.toUpperCase() !== 'XML') {
    const end = closing(line, word, start, '/')
    return { selector: { kind: 'pattern', pattern: text.slice(start + 1, end) }, end: end + 1 }
  }
  let end = start
  while (end < text.length && text[end] !== '|' && text[end] !== ',') end++
  const name = text.slice(start, end).trimEnd()
  if (name === '') {
    const reason = `what to select of ${variable} is missing after ":"`
    throw seclangFaults.bad_target({ ...line.place(word.offset + start), reason })
  }
  return { selector: { kind: 'name', name }, end }
}

function closing(line: LogicalLine, word: Word, open: number, quote: string): number {
  for (let at = open + 1; at < word.text.length; at++) {
    const c = word.text[at]
    if (c === '\\') at++
    else if (c === quote) return at
  }
  throw seclangFaults.unterminated_quote({ ...line.place(word.offset + open), quote })
}
