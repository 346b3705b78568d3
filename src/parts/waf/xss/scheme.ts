import { lowerCase, type WordTable, wordTable } from '../injection/word-table.ts'
import { active_schemes, references } from './names.data.ts'

const referenceOf: WordTable = wordTable(Object.entries(references))
const schemes: ReadonlySet<string> = new Set(active_schemes.split(/\s+/))
/** Longest text that is decoded: `data:image/svg+xml` and some room. */
const prefix_length = 32
/** Bytes looked at for it, so that padding cannot make us read a value twice. */
const window_bytes = 4096

/**
 * The scheme that a browser would run when it goes to the attribute value in [start, end);
 * undefined when none. Character references are decoded, leading control bytes dropped, and tabs
 * and newlines removed anywhere. Source: HTML standard 13.2.5.72, URL standard 4.4.
 */
export function activeScheme(value: string, start: number, end: number): string | undefined {
  const text = decodedPrefix(value, start, Math.min(end, start + window_bytes))
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  const scheme = text.slice(0, colon)
  if (!schemes.has(scheme)) return undefined
  return scheme === 'data' && isPicture(text) ? undefined : scheme
}

/** Raster pictures, sound and fonts cannot hold a script. */
function isPicture(text: string): boolean {
  return ['image/png', 'image/gif', 'image/jp', 'image/webp', 'image/avif', 'font/', 'audio/'].some(
    (type) => text.startsWith(type, 5),
  )
}

function decodedPrefix(value: string, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end && text.length < prefix_length; ) {
    let code = value.charCodeAt(at++)
    if (code === 38) {
      const next = referenceEnd(value, at, end)
      if (next > at) {
        code = decodedReference(value, at, next)
        at = value.charCodeAt(next) === 59 ? next + 1 : next
      }
    }
    const is_dropped = code === 0 || code === 9 || code === 10 || code === 13
    if (!is_dropped && (code > 32 || text !== '')) text += String.fromCharCode(lowerCase(code))
  }
  return text
}

/** Where the reference after `&` ends, before an optional semicolon; `at` when there is none. */
function referenceEnd(value: string, at: number, end: number): number {
  let next = at
  if (value.charCodeAt(next) !== 35) {
    while (next < end && next - at < 8 && isLetter(value.charCodeAt(next))) next++
    return referenceOf(value, at, next) > 0 ? next : at
  }
  next++
  const is_hex = (value.charCodeAt(next) | 32) === 120
  if (is_hex) next++
  const digits = next
  while (next < end && digitOf(value.charCodeAt(next)) < (is_hex ? 16 : 10)) next++
  return next > digits ? next : at
}

function decodedReference(value: string, at: number, end: number): number {
  if (value.charCodeAt(at) !== 35) return referenceOf(value, at, end)
  const base = (value.charCodeAt(at + 1) | 32) === 120 ? 16 : 10
  let number = 0
  for (let next = base === 16 ? at + 2 : at + 1; next < end; next++)
    number = Math.min(number * base + digitOf(value.charCodeAt(next)), 0x110000)
  // What is not ASCII cannot be part of a scheme; `?` stands for it.
  return number < 256 ? number : 63
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : 99
}

function isLetter(code: number): boolean {
  const letter = code | 32
  return letter >= 97 && letter <= 122
}
