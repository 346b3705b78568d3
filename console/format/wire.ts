/** What stood on the wire for a value that the rules were given decoded. */
import type { MatchRecord, RequestRecord } from '#model/hit.ts'
import { printable } from '#model/printable.ts'

/**
 * The marked text of the request that reads as the match's value when form or query is decoded; undefined when it is
 * the same text, or none fits.
 */
export function wireText(request: RequestRecord, match: MatchRecord): string | undefined {
  for (const span of request.spans) {
    const { part, index, start, end } = span
    const whole =
      part === 'uri' ? request.uri : part === 'body' ? request.body : request.headers[index]?.[1]
    const text = whole?.slice(start, end) ?? ''
    if (text !== match.raw_value && formDecoded(text) === match.raw_value) return text
  }
  return undefined
}

/** As `application/x-www-form-urlencoded` reads a value (URL Standard, section 5.1), made printable. */
function formDecoded(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return printable(bytes)
}
