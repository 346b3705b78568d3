/** `id:1,phase:2,msg:'it''s',deny` to action nodes. */
import { seclangFaults } from '../faults.ts'
import type { ActionNode } from '../tree.ts'
import type { LogicalLine } from './lines.ts'
import type { Word } from './words.ts'

const nameCharacter = /[A-Za-z0-9_]/
const isSpace = (c: string | undefined) => c === ' ' || c === '\t'

/** Actions are divided by commas; a value in single quotes may hold commas, `\'` stands for a quote in it. */
export function parseActions(line: LogicalLine, word: Word): readonly ActionNode[] {
  const { text } = word
  const actions: ActionNode[] = []
  let at = 0
  for (;;) {
    while (isSpace(text[at])) at++
    if (at >= text.length && actions.length > 0) {
      throw bad(line, word, at, 'an action is missing after ","')
    }
    const start = at
    while (nameCharacter.test(text.charAt(at))) at++
    const name = text.slice(start, at)
    const place = line.place(word.offset + start)
    if (name === '') throw bad(line, word, start, 'the name of an action is missing')
    while (isSpace(text[at])) at++
    let argument: string | undefined
    if (text[at] === ':') {
      const value = parseValue(line, word, at + 1)
      argument = value.argument
      at = value.end
    }
    actions.push({ place, name, argument })
    while (isSpace(text[at])) at++
    if (text[at] === undefined) return actions
    if (text[at] !== ',') throw bad(line, word, at, `"," must divide actions, found "${text[at]}"`)
    at++
  }
}

function parseValue(line: LogicalLine, word: Word, after: number) {
  const { text } = word
  let start = after
  while (isSpace(text[start])) start++
  if (text[start] === "'") {
    for (let at = start + 1; at < text.length; at++) {
      const c = text[at]
      if (c === '\\') at++
      else if (c === "'")
        return { argument: withoutEscapes(text.slice(start + 1, at)), end: at + 1 }
    }
    throw seclangFaults.unterminated_quote({ ...line.place(word.offset + start), quote: "'" })
  }
  const comma = text.indexOf(',', start)
  const end = comma === -1 ? text.length : comma
  return { argument: withoutEscapes(text.slice(start, end).trimEnd()), end }
}

const withoutEscapes = (value: string) => value.replaceAll("\\'", "'").replaceAll('\\"', '"')

function bad(line: LogicalLine, word: Word, at: number, reason: string) {
  return seclangFaults.bad_action({ ...line.place(word.offset + at), reason })
}
