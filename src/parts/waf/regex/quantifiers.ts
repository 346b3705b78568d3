import { type Cursor, peek, take, takeDigits } from './cursor.ts'
import { regexFaults } from './faults.ts'
import type { RepeatNode } from './tree.ts'

/** PCRE's limit of a counted repeat. */
const count_max = 65_535

type Quantifier = Pick<RepeatNode, 'min' | 'max' | 'mode'>

/**
 * Reads `*`, `+`, `?` or `{n,m}` with what makes it lazy or possessive; undefined when none comes.
 * A brace that is no quantifier stands for itself, and so does `{,m}`.
 */
export function parseQuantifier(cursor: Cursor, is_ungreedy: boolean): Quantifier | undefined {
  const counts = parseCounts(cursor)
  if (counts === undefined) return undefined
  if (take(cursor, '+')) return { ...counts, mode: 'possessive' }
  const is_lazy = take(cursor, '?') !== is_ungreedy
  return { ...counts, mode: is_lazy ? 'lazy' : 'greedy' }
}

function parseCounts(cursor: Cursor): Pick<Quantifier, 'min' | 'max'> | undefined {
  switch (peek(cursor)) {
    case 0x2a:
      cursor.at++
      return { min: 0, max: Number.POSITIVE_INFINITY }
    case 0x2b:
      cursor.at++
      return { min: 1, max: Number.POSITIVE_INFINITY }
    case 0x3f:
      cursor.at++
      return { min: 0, max: 1 }
    case 0x7b:
      return parseBraces(cursor)
    default:
      return undefined
  }
}

function parseBraces(cursor: Cursor): Pick<Quantifier, 'min' | 'max'> | undefined {
  const start = cursor.at
  cursor.at++
  const low = takeDigits(cursor, 10, 12)
  const has_comma = take(cursor, ',')
  const high = has_comma ? takeDigits(cursor, 10, 12) : low
  if (low === '' || !take(cursor, '}')) {
    cursor.at = start
    return undefined
  }
  const min = Number(low)
  const max = high === '' ? Number.POSITIVE_INFINITY : Number(high)
  if (min > count_max || (max > count_max && high !== '')) {
    throw regexFaults.out_of_range({ at: start, problem: `a count is over ${count_max}` })
  }
  if (max < min) {
    throw regexFaults.syntax({ at: start, problem: 'the counts of a repeat are out of order' })
  }
  return { min, max }
}
