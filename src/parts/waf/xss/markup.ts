import { attribute, attributeKind, isActiveElement, isActiveStyle } from './names.ts'
import { activeScheme } from './scheme.ts'

/** Why a script could run. */
export type Reason = 'element' | 'handler' | 'scheme' | 'markup' | 'style' | 'declaration'

/** Reads bytes as HTML from the data state on. Source: HTML standard 13.2.5. */
export function readData(value: string, from: number): Reason | undefined {
  let at = value.indexOf('<', from)
  while (at >= 0) {
    const next = value.charCodeAt(at + 1)
    if (isLetter(next)) {
      const end = nameEnd(value, at + 1)
      if (isActiveElement(value, at + 1, end)) return 'element'
      const after = readTag(value, end, true)
      if (typeof after === 'string') return after
      at = value.indexOf('<', after)
    } else {
      if ((next === 33 || next === 63) && isActiveDeclaration(value, at + 2)) return 'declaration'
      at = value.indexOf('<', at + 1)
    }
  }
  return undefined
}

/** Reads bytes as if `from` stood between the attributes of a tag. */
export function readAttributes(value: string, from: number): Reason | undefined {
  const after = readTag(value, from, false)
  return typeof after === 'string' ? after : readData(value, after)
}

/**
 * Reads attributes up to the end of the tag; returns where that is. Inside a real tag every `on…`
 * attribute counts; where the tag is only supposed, it must be a known event that is assigned.
 */
function readTag(value: string, from: number, is_real: boolean): Reason | number {
  let at = from
  for (;;) {
    while (isSpace(value.charCodeAt(at)) || isSeparator(value.charCodeAt(at))) at++
    if (at >= value.length) return at
    if (value.charCodeAt(at) === 62) return at + 1
    const start = at
    at = attributeNameEnd(value, at)
    const kind = attributeKind(value, start, at)
    const next = skipSpace(value, at)
    const is_assigned = value.charCodeAt(next) === 61
    if (kind === attribute.handler && (is_assigned || is_real)) return 'handler'
    if (kind === attribute.maybe_handler && is_assigned && is_real) return 'handler'
    if (!is_assigned) continue
    const first = skipSpace(value, next + 1)
    const quote = value.charCodeAt(first)
    const is_quoted = quote === 34 || quote === 39
    const text = is_quoted ? first + 1 : first
    at = is_quoted ? quoteEnd(value, text, quote) : unquotedEnd(value, text)
    if (kind === attribute.url && activeScheme(value, text, at) !== undefined) return 'scheme'
    if (kind === attribute.style && isActiveStyle(value, text, at)) return 'style'
    if (kind === attribute.markup && is_real) return 'markup'
    if (is_quoted) at++
  }
}

function isActiveDeclaration(value: string, at: number): boolean {
  return (
    startsWith(value, at, 'doctype') ||
    startsWith(value, at, 'entity') ||
    startsWith(value, at, '--[if') ||
    startsWith(value, at, '[if') ||
    startsWith(value, at, 'xml') ||
    startsWith(value, at, 'import')
  )
}

function startsWith(value: string, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    const code = value.charCodeAt(at + index)
    const lower = code >= 65 && code <= 90 ? code | 32 : code
    if (lower !== word.charCodeAt(index)) return false
  }
  return true
}

/** An element name ends at white space, `/` or `>`. NUL is dropped by old browsers: it ends too. */
function nameEnd(value: string, from: number): number {
  let at = from
  while (at < value.length && !isSpace(value.charCodeAt(at)) && !isTagEnd(value.charCodeAt(at)))
    at++
  return at
}

function attributeNameEnd(value: string, from: number): number {
  // An attribute name may begin with `=`.
  let at = from + 1
  while (at < value.length) {
    const code = value.charCodeAt(at)
    if (code === 61 || isSpace(code) || isTagEnd(code) || isSeparator(code)) return at
    at++
  }
  return at
}

function quoteEnd(value: string, from: number, quote: number): number {
  const end = value.indexOf(quote === 34 ? '"' : "'", from)
  return end < 0 ? value.length : end
}

function unquotedEnd(value: string, from: number): number {
  let at = from
  while (at < value.length && !isSpace(value.charCodeAt(at)) && value.charCodeAt(at) !== 62) at++
  return at
}

function skipSpace(value: string, from: number): number {
  let at = from
  while (isSpace(value.charCodeAt(at))) at++
  return at
}

/** HTML white space, and 0x00 and 0x0B, which some browsers took for it. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0
}

function isTagEnd(code: number): boolean {
  return code === 47 || code === 62
}

/** Between attributes: a solidus, and the quotes that may be left over from one before. */
function isSeparator(code: number): boolean {
  return code === 47 || code === 34 || code === 39 || code === 96
}

function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}
