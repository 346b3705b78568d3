/** The request target taken apart as rules expect it. */
import type { RequestLine } from '../program.ts'

/**
 * Splits a request target. Scheme and host of the absolute form are left out; a fragment stays part of the query or
 * path, because what is behind us may well read it. Filename and basename are percent-decoded once.
 */
export function requestLine(target: string): RequestLine {
  const uri = withoutOrigin(target)
  const mark = uri.indexOf('?')
  const path = mark === -1 ? uri : uri.slice(0, mark)
  const query = mark === -1 ? '' : uri.slice(mark + 1)
  const filename = percentDecode(path)
  const slash = Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\'))
  return { uri, path, query, filename, basename: filename.slice(slash + 1) }
}

function withoutOrigin(target: string): string {
  if (target.charCodeAt(0) === 47) return target
  const scheme = target.indexOf('://')
  const mark = target.indexOf('?')
  if (scheme === -1 || (mark !== -1 && mark < scheme)) return target
  const slash = target.indexOf('/', scheme + 3)
  if (slash !== -1 && (mark === -1 || slash < mark)) return target.slice(slash)
  return mark === -1 ? '/' : `/${target.slice(mark)}`
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** Percent escapes to bytes; what is no escape stays, `+` too. */
function percentDecode(text: string): string {
  let at = text.indexOf('%')
  if (at === -1) return text
  let result = ''
  let start = 0
  for (; at !== -1; at = text.indexOf('%', at)) {
    const high = hexDigit(text.charCodeAt(at + 1))
    const low = hexDigit(text.charCodeAt(at + 2))
    if (high === -1 || low === -1) {
      at++
      continue
    }
    result += text.slice(start, at) + String.fromCharCode(high * 16 + low)
    at += 3
    start = at
  }
  return result + text.slice(start)
}
