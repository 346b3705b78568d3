/** A logical line to its words. */
import { seclangFaults } from '../faults.ts'
import type { LogicalLine } from './lines.ts'

/** A word without its outer quotes; escapes are still in it, so that offsets hold. */
export type Word = { readonly text: string; readonly offset: number }

const isSpace = (c: string | undefined) => c === ' ' || c === '\t'

/** Words are divided by white space; `"` and `'` hold one together, a backslash keeps a quote from closing it. */
export function splitWords(line: LogicalLine): readonly Word[] {
  const { text } = line
  const words: Word[] = []
  let at = 0
  for (;;) {
    while (isSpace(text[at])) at++
    const first = text[at]
    if (first === undefined) return words
    const isQuoted = first === '"' || first === "'"
    const start = isQuoted ? at + 1 : at
    const end = isQuoted ? closingQuote(line, at, first) : endOfBareWord(text, at)
    words.push({ text: text.slice(start, end), offset: start })
    at = isQuoted ? end + 1 : end
  }
}

/** The end of a bare word. Quotes inside it (`&TX:'/a b/'`) hold it together. */
function endOfBareWord(text: string, start: number): number {
  let quote: string | undefined
  let at = start
  for (; at < text.length; at++) {
    const c = text[at]
    if (quote !== undefined) {
      if (c === '\\') at++
      else if (c === quote) quote = undefined
    } else if (isSpace(c)) break
    else if (c === "'" && text[at - 1] === ':') quote = c
  }
  return Math.min(at, text.length)
}

/** The offset of the quote that closes the one at `open`. */
export function closingQuote(line: LogicalLine, open: number, quote: string): number {
  for (let at = open + 1; at < line.text.length; at++) {
    const c = line.text[at]
    if (c === '\\') at++
    else if (c === quote) return at
  }
  throw seclangFaults.unterminated_quote({ ...line.place(open), quote })
}
