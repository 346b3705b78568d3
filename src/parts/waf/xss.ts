import { readAttributes, readData } from './xss/markup.ts'
import { activeScheme } from './xss/scheme.ts'

/**
 * A script-bearing HTML context in a byte string? Returns a short reason (`element`, `handler`,
 * `scheme`, `markup`, `style`, `declaration`), else undefined. The value is read as it would stand in a
 * page: as text, and as an attribute value without quotes and in each of the three quotes.
 * Linear time.
 */
export function detectXss(value: string): string | undefined {
  const seen = survey(value)
  if (seen === 0) return undefined
  if ((seen & seen_tag) !== 0) {
    const data = readData(value, 0)
    if (data !== undefined) return data
  }
  if ((seen & seen_colon) !== 0 && isScriptAddress(value)) return 'scheme'
  if ((seen & seen_assignment) === 0) return undefined
  return (
    readAttributes(value, 0) ??
    readAfter(value, '"') ??
    readAfter(value, "'") ??
    readAfter(value, '`')
  )
}

const seen_tag = 1
const seen_assignment = 2
const seen_colon = 4

function readAfter(value: string, quote: string): string | undefined {
  const end = value.indexOf(quote)
  return end < 0 ? undefined : readAttributes(value, end + 1)
}

/** The whole value is an address that runs: `javascript:` and code without a space before it. */
function isScriptAddress(value: string): boolean {
  const scheme = activeScheme(value, 0, value.length)
  if (scheme !== 'javascript' && scheme !== 'vbscript') return false
  const colon = value.indexOf(':')
  for (let at = colon + 1; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code === 32) return false
    if (code === 40 || code === 96 || code === 61 || code === 60) return true
  }
  return false
}

function survey(value: string): number {
  let seen = 0
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code === 60) seen |= seen_tag
    else if (code === 61) seen |= seen_assignment
    else if (code === 58) seen |= seen_colon
  }
  return seen
}
