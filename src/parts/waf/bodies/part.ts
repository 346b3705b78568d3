import { isSpace } from '../transformations/bytes.ts'

/** Bytes of a header line of a part, with its folds. */
const HEADER_BYTES_MAX = 4096

/** Header lines of a part; forms of browsers have two. */
const HEADERS_MAX = 64

/** A part of a multipart body, between two boundary lines. */
export type Part = {
  /** Each header line without its line break; folded lines joined by a space. */
  readonly headers: readonly string[]
  readonly content: string
  readonly has_folding: boolean
  /** Folded with something else than space or tab. */
  readonly has_invalid_folding: boolean
  readonly has_lf_line: boolean
  readonly has_crlf_line: boolean
  /** No empty line ends the headers. */
  readonly is_headless: boolean
  /** The first thing that is wrong with it. */
  readonly problem: string | undefined
}

/**
 * Reads the part that stands from `start` to `end`, where the dashes of the next boundary begin.
 */
export function readPart(body: string, start: number, end: number): Part {
  const headers: string[] = []
  let has_folding = false
  let has_invalid_folding = false
  let has_lf_line = false
  let has_crlf_line = false
  let is_headless = true
  let problem: string | undefined
  let at = start
  while (at < end) {
    const newline = body.indexOf('\n', at)
    if (newline < 0 || newline >= end) break
    const has_cr = newline > at && body.charCodeAt(newline - 1) === 13
    if (has_cr) has_crlf_line = true
    else has_lf_line = true
    const line_end = has_cr ? newline - 1 : newline
    const from = at
    at = newline + 1
    if (line_end === from) {
      is_headless = false
      break
    }
    const line = body.slice(from, line_end)
    const is_fold = isSpace(line.charCodeAt(0))
    if (!is_fold && line.indexOf(':') < 0) {
      // A laxer server takes what is no header for the content: so that it is inspected, we do too.
      problem ??= 'header of a part without a colon'
      at = from
      break
    }
    problem ??= lineProblem(line)
    if (is_fold) {
      has_folding = true
      const fold = foldOf(line)
      has_invalid_folding ||= !fold.is_valid
      const last = headers.pop()
      if (last === undefined) problem ??= 'folded line without a header'
      headers.push(last === undefined ? fold.text : `${last} ${fold.text}`)
    } else {
      headers.push(line)
    }
    if (headers.length > HEADERS_MAX) {
      problem ??= `more than ${HEADERS_MAX} headers in a part`
      break
    }
  }
  problem ??= headersProblem(headers)
  if (is_headless) problem ??= 'headers of a part do not end'
  // Some servers take such a boundary for the content and go on.
  else if (at === end && end < body.length) problem ??= 'no line break before a boundary'
  return {
    headers,
    content: contentOf(body, at, end),
    has_folding,
    has_invalid_folding,
    has_lf_line,
    has_crlf_line,
    is_headless,
    problem,
  }
}

/** The value of a header, undefined when the part has none of that (lower-case) name. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (const header of headers) {
    const colon = header.indexOf(':')
    if (colon !== name.length || header.slice(0, colon).toLowerCase() !== name) continue
    let start = colon + 1
    while (header.charCodeAt(start) === 32 || header.charCodeAt(start) === 9) start++
    return header.slice(start)
  }
  return undefined
}

function lineProblem(line: string): string | undefined {
  if (line.indexOf('\0') >= 0) return 'NUL in a header of a part'
  if (line.indexOf('\r') >= 0) return 'bare CR in a header of a part'
  return undefined
}

function headersProblem(headers: readonly string[]): string | undefined {
  const seen = new Set<string>()
  for (const header of headers) {
    if (header.length > HEADER_BYTES_MAX) return 'header of a part too long'
    const colon = header.indexOf(':')
    if (colon === 0) return 'header of a part without a name'
    const name = header.slice(0, colon).toLowerCase()
    if (!isToken(name)) return 'invalid character in a header name of a part'
    if (seen.has(name)) return 'header of a part given twice'
    seen.add(name)
  }
  return undefined
}

/** Visible ASCII and nothing else: servers differ in what they make of a space before the colon. */
function isToken(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code <= 32 || code >= 127) return false
  }
  return true
}

function foldOf(line: string): { readonly text: string; readonly is_valid: boolean } {
  let at = 0
  let is_valid = true
  for (; isSpace(line.charCodeAt(at)); at++) {
    if (line.charCodeAt(at) !== 32 && line.charCodeAt(at) !== 9) is_valid = false
  }
  return { text: line.slice(at), is_valid }
}

/** The line break before a boundary belongs to the boundary. */
function contentOf(body: string, start: number, end: number): string {
  let stop = end
  if (stop > start && body.charCodeAt(stop - 1) === 10) stop--
  if (stop < end && stop > start && body.charCodeAt(stop - 1) === 13) stop--
  return body.slice(start, stop)
}
