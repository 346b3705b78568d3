import { readParameters } from './parameters.ts'

/** RFC 2046 section 5.1.1. */
const BOUNDARY_BYTES_MAX = 70

/** bchars of RFC 2046 section 5.1.1; the space may not be the last. */
const BOUNDARY_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? "

/** What the Content-Type of a multipart body says of its boundary. */
export type Boundary = {
  /** Undefined when there is none that could be searched for. */
  readonly text: string | undefined
  readonly is_quoted: boolean
  readonly has_whitespace: boolean
  readonly is_semicolon_missing: boolean
  /** The first thing that is wrong with the header. */
  readonly problem: string | undefined
}

/** A line of a body that is a boundary: from its first dash to behind its line break. */
export type BoundaryLine = {
  readonly start: number
  readonly end: number
  readonly is_final: boolean
  readonly line_break: 'crlf' | 'lf' | 'none'
}

/** All boundary lines of a body, also those behind the final one, and what looks like one. */
export type BoundaryLines = {
  readonly lines: readonly BoundaryLine[]
  /**
   * A line begins with two dashes, or the boundary stands inside a line: a laxer server may see a
   * boundary there.
   */
  readonly has_look_alike: boolean
  /** More boundary lines than the limit; the rest was not searched. */
  readonly is_limit_exceeded: boolean
  readonly problem: string | undefined
}

/** Reads the boundary of `multipart/form-data; boundary=…`. */
export function readBoundary(content_type: string): Boundary {
  const type = 'multipart/form-data'
  const is_form = content_type.slice(0, type.length).toLowerCase() === type
  const header = readParameters(
    content_type,
    is_form ? type.length : firstSemicolon(content_type),
    false,
  )
  const found = header.list.filter((parameter) => parameter.name === 'boundary')
  const [parameter] = found
  let problem: string | undefined
  if (!is_form) problem = 'Content-Type is not multipart/form-data'
  else if (parameter === undefined) problem = 'no boundary in Content-Type'
  else if (boundaryCount(content_type) > 1) problem = 'several boundaries in Content-Type'
  else if (!isValid(parameter.value)) problem = 'invalid boundary in Content-Type'
  else problem = header.problem && `${header.problem} in Content-Type`
  const is_usable = parameter !== undefined && isUsable(parameter.value)
  return {
    text: is_usable ? parameter.value : undefined,
    is_quoted: parameter?.quote === '"',
    has_whitespace: parameter?.has_whitespace ?? false,
    is_semicolon_missing: header.is_semicolon_missing,
    problem,
  }
}

function isUsable(boundary: string): boolean {
  return boundary.length > 0 && boundary.length <= BOUNDARY_BYTES_MAX
}

function isValid(boundary: string): boolean {
  if (!isUsable(boundary) || boundary.endsWith(' ')) return false
  for (const char of boundary) {
    if (!BOUNDARY_CHARS.includes(char)) return false
  }
  return true
}

function firstSemicolon(header: string): number {
  const at = header.indexOf(';')
  return at < 0 ? header.length : at
}

/**
 * How often the header could be read to name a boundary: the word and, anywhere behind it, an
 * equals sign.
 */
function boundaryCount(header: string): number {
  const lower = header.toLowerCase()
  const last_equals = lower.lastIndexOf('=')
  let count = 0
  for (let i = lower.indexOf('boundary'); i >= 0; i = lower.indexOf('boundary', i + 8)) {
    if (i < last_equals) count++
  }
  return count
}

/** Finds the boundary lines of `body`, at most `lines_max`. Linear: a boundary is short. */
export function boundaryLines(body: string, boundary: Boundary, lines_max: number): BoundaryLines {
  const text = boundary.text ?? ''
  const lines: BoundaryLine[] = []
  let has_look_alike = false
  let is_limit_exceeded = false
  let problem: string | undefined
  let has_final = false
  for (
    let at = body.startsWith('--') ? 0 : nextDashes(body, 0);
    at >= 0;
    at = nextDashes(body, at)
  ) {
    if (!body.startsWith(text, at + 2)) {
      // Two dashes and nothing else are no boundary for anyone.
      if (!isLineEnd(body, at + 2)) has_look_alike = true
      problem ??= disguise(body, at + 2, boundary, text)
      continue
    }
    const line = boundaryLine(body, at, at + 2 + text.length)
    if (line === undefined) {
      problem ??= 'invalid boundary'
      has_look_alike = true
      continue
    }
    if (lines.length >= lines_max) {
      is_limit_exceeded = true
      break
    }
    if (has_final) problem ??= 'boundary after the final one'
    has_final ||= line.is_final
    lines.push(line)
  }
  has_look_alike ||= isInsideLine(body, `--${text}`)
  return { lines, has_look_alike, is_limit_exceeded, problem }
}

/** Where the next line that begins with two dashes begins, behind `from`. */
function nextDashes(body: string, from: number): number {
  const at = body.indexOf('\n--', from)
  return at < 0 ? -1 : at + 1
}

function boundaryLine(body: string, start: number, behind: number): BoundaryLine | undefined {
  const is_final = body.startsWith('--', behind)
  const at = is_final ? behind + 2 : behind
  if (body.startsWith('\r\n', at)) return { start, end: at + 2, is_final, line_break: 'crlf' }
  if (body.startsWith('\n', at)) return { start, end: at + 1, is_final, line_break: 'lf' }
  if (at === body.length && is_final) return { start, end: at, is_final, line_break: 'none' }
  return undefined
}

function isLineEnd(body: string, at: number): boolean {
  return at >= body.length || body.startsWith('\n', at) || body.startsWith('\r\n', at)
}

/** White space or the quotes of the header before the boundary: some servers skip them. */
function disguise(
  body: string,
  from: number,
  boundary: Boundary,
  text: string,
): string | undefined {
  let at = from
  // No more than a line of mail: what stands further in is no boundary for anyone.
  while (at < from + 80 && (body.charCodeAt(at) === 32 || body.charCodeAt(at) === 9)) at++
  if (at > from && body.startsWith(text, at)) return 'white space before the boundary'
  if (boundary.is_quoted && body.startsWith(`"${text}`, from)) return 'quote before the boundary'
  return undefined
}

function isInsideLine(body: string, delimiter: string): boolean {
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body.charCodeAt(at - 1) !== 10) return true
  }
  return false
}
