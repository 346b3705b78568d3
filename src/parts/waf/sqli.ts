import { grammar } from './sqli/grammar.ts'
import { classes, patterns } from './sqli/patterns.ts'
import type { Dialect } from './sqli/scan.ts'
import { Shape } from './sqli/shape.ts'

const ansi: Dialect = { mysql: false }
const mysql: Dialect = { mysql: true }
const shape = new Shape(grammar(patterns, classes))

/**
 * SQL injection in a byte string (latin1)? Returns a short fingerprint of the token types that
 * gave it away, else undefined. The value is read as it would stand in a statement: bare, inside
 * single and inside double quotes, each as ANSI SQL and as MySQL. Linear time.
 */
export function detectSqli(value: string): string | undefined {
  const seen = survey(value)
  if ((seen & seen_candidate) === 0) return undefined
  const found = judge(value, 0, seen)
  if (found !== undefined) return found
  if ((seen & seen_single) !== 0) {
    const single = judge(value, 39, seen)
    if (single !== undefined) return single
  }
  return (seen & seen_double) !== 0 ? judge(value, 34, seen) : undefined
}

const seen_candidate = 1
const seen_single = 2
const seen_double = 4
const seen_dialect = 8

function judge(value: string, quote: number, seen: number): string | undefined {
  const found = shape.judge(value, quote, ansi)
  if (found !== undefined || (seen & seen_dialect) === 0) return found
  return shape.judge(value, quote, mysql)
}

/**
 * What a value could be at all. An injection needs two tokens and something that ties them:
 * white space, a quote, a parenthesis, a comment, a semicolon.
 */
function survey(value: string): number {
  let seen = 0
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code > 96 ? code < 123 : code > 63 ? code < 91 : code > 47 && code < 58) continue
    if (code === 39) seen |= seen_single | seen_candidate
    else if (code === 34) seen |= seen_double | seen_candidate
    else if (code === 35 || code === 92) seen |= seen_dialect
    else if (code === 45) {
      if (value.charCodeAt(at + 1) === 45) seen |= seen_dialect | seen_candidate
    } else if (code <= 32 || code === 40 || code === 42 || code === 59 || code >= 127)
      seen |= seen_candidate
  }
  return seen
}
