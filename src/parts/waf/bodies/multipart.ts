import { type Boundary, boundaryLines, readBoundary } from './boundary.ts'
import { readDisposition } from './disposition.ts'
import { type BodyLimits, emptyBody, type FilePart, type ParsedBody } from './parsed-body.ts'
import { headerValue, readPart } from './part.ts'

type Flags = Record<string, number | string>

/** What is found while a body is read. */
type Findings = {
  readonly args: (readonly [string, string])[]
  readonly files: FilePart[]
  readonly part_headers: (readonly [string, string])[]
  readonly flags: Flags
  has_lf_line: boolean
  has_crlf_line: boolean
  problem: string | undefined
}

/**
 * Each of these makes MULTIPART_STRICT_ERROR 1. Source: ModSecurity reference manual,
 * MULTIPART_STRICT_ERROR.
 */
const strict = [
  'BOUNDARY_QUOTED',
  'BOUNDARY_WHITESPACE',
  'DATA_BEFORE',
  'DATA_AFTER',
  'HEADER_FOLDING',
  'LF_LINE',
  'MISSING_SEMICOLON',
  'INVALID_QUOTING',
  'INVALID_PART',
  'INVALID_HEADER_FOLDING',
  'FILE_LIMIT_EXCEEDED',
]

/**
 * The body processor MULTIPART. It goes on after what is wrong, so that all parts are inspected,
 * and tells every anomaly, because a server behind us may read the same bytes in another way.
 * UNMATCHED_BOUNDARY is 1 when lines look like a boundary and no final one ends the body, 2 when
 * one does: what libmodsecurity's recommended rule (`@eq 1`) asks. Without such lines it is 0,
 * where libmodsecurity 3.0.9 gives 2 to every form. Source: RFC 7578, RFC 2046 section 5.1.
 */
export function multipartBody(body: string, content_type: string, limits: BodyLimits): ParsedBody {
  const boundary = readBoundary(content_type)
  const findings: Findings = {
    args: [],
    files: [],
    part_headers: [],
    flags: cleanFlags(boundary),
    has_lf_line: false,
    has_crlf_line: false,
    problem: boundary.problem,
  }
  if (boundary.text === undefined) keepStray(body, findings)
  else if (body !== '') readParts(body, boundary, limits, findings)
  const { flags } = findings
  flags['LF_LINE'] = Number(findings.has_lf_line)
  flags['CRLF_LF_LINES'] = Number(findings.has_lf_line && findings.has_crlf_line)
  const is_wrong = findings.problem !== undefined || strict.some((flag) => flags[flag] !== 0)
  flags['STRICT_ERROR'] = Number(is_wrong)
  return {
    ...emptyBody,
    args: findings.args,
    files: findings.files,
    part_headers: findings.part_headers,
    multipart: flags,
    error: findings.problem && `Multipart: ${findings.problem}`,
  }
}

function cleanFlags(boundary: Boundary): Flags {
  return {
    STRICT_ERROR: 0,
    BOUNDARY_QUOTED: Number(boundary.is_quoted),
    BOUNDARY_WHITESPACE: Number(boundary.has_whitespace),
    DATA_BEFORE: 0,
    DATA_AFTER: 0,
    HEADER_FOLDING: 0,
    LF_LINE: 0,
    CRLF_LF_LINES: 0,
    MISSING_SEMICOLON: Number(boundary.is_semicolon_missing),
    INVALID_QUOTING: 0,
    INVALID_PART: 0,
    INVALID_HEADER_FOLDING: 0,
    FILE_LIMIT_EXCEEDED: 0,
    UNMATCHED_BOUNDARY: 0,
    NAME: '',
    FILENAME: '',
  }
}

function readParts(body: string, boundary: Boundary, limits: BodyLimits, findings: Findings): void {
  const { flags } = findings
  // One more line than parts: the final one.
  const found = boundaryLines(body, boundary, limits.multipart_parts_max + 1)
  const { lines } = found
  const first = lines[0]
  const has_final = lines.some((line) => line.is_final)
  findings.problem ??= found.problem
  if (found.is_limit_exceeded) {
    flags['FILE_LIMIT_EXCEEDED'] = 1
    findings.problem ??= `more than ${limits.multipart_parts_max} parts`
  } else if (first === undefined) {
    findings.problem ??= 'no boundary in the body'
  } else if (!has_final) {
    findings.problem ??= 'no final boundary'
  }
  if (found.has_look_alike) flags['UNMATCHED_BOUNDARY'] = has_final ? 2 : 1
  if (first === undefined) {
    keepStray(body, findings)
    return
  }
  if (first.start > 0) flags['DATA_BEFORE'] = 1
  keepStray(body.slice(0, first.start), findings)
  lines.forEach((line, index) => {
    if (line.line_break === 'lf') findings.has_lf_line = true
    if (line.line_break === 'crlf') findings.has_crlf_line = true
    const end = lines[index + 1]?.start ?? body.length
    if (!line.is_final) {
      keepPart(body, line.end, end, limits, findings)
    } else if (end > line.end) {
      flags['DATA_AFTER'] = 1
      keepStray(body.slice(line.end, end), findings)
    }
  })
}

/** What stands outside of all parts is an argument without a name: a laxer server may read it. */
function keepStray(text: string, findings: Findings): void {
  if (text.trim() !== '') findings.args.push(['', text])
}

function keepPart(
  body: string,
  start: number,
  end: number,
  limits: BodyLimits,
  findings: Findings,
): void {
  const { flags } = findings
  const part = readPart(body, start, end)
  findings.problem ??= part.problem
  if (part.has_folding) flags['HEADER_FOLDING'] = 1
  if (part.has_invalid_folding) flags['INVALID_HEADER_FOLDING'] = 1
  if (part.has_lf_line) findings.has_lf_line = true
  if (part.has_crlf_line) findings.has_crlf_line = true
  if (part.is_headless) flags['INVALID_PART'] = 1
  const header = headerValue(part.headers, 'content-disposition')
  if (header === undefined) findings.problem ??= 'part without Content-Disposition'
  const disposition = header === undefined ? undefined : readDisposition(header)
  if (disposition?.problem !== undefined) {
    findings.problem ??= `Content-Disposition: ${disposition.problem}`
  }
  if (disposition?.has_invalid_quoting === true) flags['INVALID_QUOTING'] = 1
  const name = disposition?.name ?? ''
  if (name === '') flags['INVALID_PART'] = 1
  flags['NAME'] = name
  for (const line of part.headers) findings.part_headers.push([name, line])
  const { content } = part
  if (disposition?.filename !== undefined) {
    flags['FILENAME'] = disposition.filename
    const { filename } = disposition
    findings.files.push({ field: name, filename, size: content.length, content })
  } else if (findings.args.length < limits.arguments_max) {
    findings.args.push([name, content])
  } else {
    findings.problem ??= `more than ${limits.arguments_max} arguments`
  }
}
