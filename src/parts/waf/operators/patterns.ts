/** Operators that look for regular expressions and phrases. */

import { compilePhrases } from '../phrases.ts'
import type { Operator } from '../program.ts'
import { needsOfPattern, needsOfPhrases } from './byte-needs.ts'
import { fromArgument, type OperatorMaker, type OperatorNeeds } from './define.ts'

/** As libmodsecurity 3 compiles: `.` matches newlines, `^` and `$` match at each line. See decision 0003. */
export const rxOptions = { dot_all: true, multiline: true } as const

export const rx: OperatorMaker = (needs) =>
  fromArgument(needs, (pattern) => {
    const regex = needs.regex(pattern, rxOptions)
    return {
      matches: (value) => regex.test(value),
      needs: () => needsOfPattern(pattern, rxOptions),
      locate(value) {
        const match = regex.exec(value)
        const text = match?.groups[0]
        if (match === undefined || text === undefined) return undefined
        return { at: match.start, text, captures: match.groups }
      },
    }
  })

export const pm: OperatorMaker = (needs) =>
  fromArgument(needs, (text) => phraseOperator(words(text)))

export const pmFromFile: OperatorMaker = (needs) => phraseOperator(linesOf(needs))

/** Lines of a data file; empty lines and comments are left out. */
export function linesOf(needs: OperatorNeeds): readonly string[] {
  const paths = words(needs.argument.constant ?? needs.argument.source)
  return paths.flatMap((path) =>
    needs
      .dataFile(path)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  )
}

function phraseOperator(phrases: readonly string[]): Operator {
  const searcher = compilePhrases(phrases)
  return {
    matches: (value) => searcher.find(value) !== undefined,
    needs: () => needsOfPhrases(phrases),
    locate(value) {
      const phrase = searcher.find(value)
      if (phrase === undefined) return undefined
      const at = foldAscii(value).indexOf(foldAscii(phrase))
      const text = at === -1 ? phrase : value.slice(at, at + phrase.length)
      return { at, text, captures: [text] }
    },
  }
}

const foldAscii = (text: string) => text.toLowerCase()

/** Words between white space; `|41 42|` in a word stands for bytes. */
export function words(text: string): readonly string[] {
  const found: string[] = []
  let word = ''
  let bytes: string | undefined
  for (const c of `${text} `) {
    if (c === '|') {
      if (bytes === undefined) bytes = ''
      else {
        word += Buffer.from(bytes.replaceAll(' ', ''), 'hex').toString('latin1')
        bytes = undefined
      }
    } else if (bytes !== undefined) bytes += c
    else if (c === ' ' || c === '\t') {
      if (word !== '') found.push(word)
      word = ''
    } else word += c
  }
  return found
}
