/** Physical lines to logical ones: continuations joined, comments gone, every character still knows where it stood. */
import type { Place } from '../tree.ts'

export type LogicalLine = {
  readonly text: string
  /** Where the character at `offset` of `text` stands in the file. */
  place(offset: number): Place
}

type Piece = { readonly offset: number; readonly line: number; readonly column: number }

/**
 * A line that ends in a backslash goes on in the next one; white space that starts the next line stays, as libmodsecurity has it.
 * A comment ends with its physical line, even after a backslash: what follows is read, never swallowed.
 */
export function* logicalLines(file: string, text: string): Generator<LogicalLine> {
  let joined = ''
  let pieces: Piece[] = []
  let number = 0
  for (const physical of text.split('\n')) {
    number++
    const line = physical.endsWith('\r') ? physical.slice(0, -1) : physical
    const isStart = pieces.length === 0
    const indent = line.length - line.trimStart().length
    if (isStart ? indent === line.length || line[indent] === '#' : line[indent] === '#') continue
    const skipped = isStart ? indent : 0
    pieces.push({ offset: joined.length, line: number, column: skipped + 1 })
    if (line.endsWith('\\')) {
      joined += line.slice(skipped, -1)
      continue
    }
    joined += line.slice(skipped)
    yield logicalLine(file, joined, pieces)
    joined = ''
    pieces = []
  }
  if (pieces.length > 0) yield logicalLine(file, joined, pieces)
}

function logicalLine(file: string, text: string, pieces: readonly Piece[]): LogicalLine {
  return {
    text,
    place(offset) {
      const piece = pieces.findLast((p) => p.offset <= offset)
      const start = piece ?? { offset: 0, line: 1, column: 1 }
      return { file, line: start.line, column: start.column + (offset - start.offset) }
    },
  }
}
