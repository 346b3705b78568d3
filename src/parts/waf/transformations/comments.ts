import { type Bytes, byteSet, firstOf, startedBytes, text } from './bytes.ts'

const HASH = 35
const STAR = 42
const DASH = 45
const SLASH = 47

/** What a comment of removeComments begins with. */
const OPENERS = byteSet('/<-#')

/** What a mark of removeCommentsChar begins with. */
const MARKS = byteSet('/*<-#')

/**
 * Each C comment becomes one space, also one that is never closed; a closing mark alone stays.
 * Manual: replaceComments.
 */
export function replaceComments(value: string): string {
  let open = value.indexOf('/*')
  if (open < 0) return value
  let result = ''
  let from = 0
  while (open >= 0) {
    result += `${value.slice(from, open)} `
    const close = value.indexOf('*/', open + 2)
    if (close < 0) return result
    from = close + 2
    open = value.indexOf('/*', from)
  }
  return result + value.slice(from)
}

/**
 * Comments of C, HTML, SQL (`--`) and shell (`#`) go away; the line comments take the rest of the
 * value, a comment that is never closed becomes one space. Manual: removeComments. libmodsecurity
 * copies the byte after a comment unseen, which hides a second comment there; we look.
 */
export function removeComments(value: string): string {
  const length = value.length
  let i = firstOf(value, OPENERS)
  if (i < 0) return value
  let out: Bytes | undefined
  let size = i
  while (i < length) {
    const code = value.charCodeAt(i)
    const opened = openerLength(value, i, code)
    if (opened === 0 && code !== HASH && !(code === DASH && value.charCodeAt(i + 1) === DASH)) {
      if (out !== undefined) out[size] = code
      size++
      i++
      continue
    }
    out ??= startedBytes(value, i, length + 1)
    if (opened === 0) break
    const end = commentEnd(value, i + opened)
    if (end < 0) {
      out[size++] = 32
      break
    }
    i = end
  }
  return out === undefined ? value : text(out, size)
}

function openerLength(value: string, at: number, code: number): number {
  if (code === SLASH) return value.charCodeAt(at + 1) === STAR ? 2 : 0
  return code === 60 && value.startsWith('!--', at + 1) ? 4 : 0
}

/** Both closing marks close both kinds, as in libmodsecurity. */
function commentEnd(value: string, from: number): number {
  for (let i = from; i + 1 < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === STAR && value.charCodeAt(i + 1) === SLASH) return i + 2
    if (code === DASH && value.charCodeAt(i + 1) === DASH && value.charCodeAt(i + 2) === 62) {
      return i + 3
    }
  }
  return -1
}

/**
 * Only the marks go away, what they enclose stays: `/*`, `*\/`, `<!--`, `-->`, `--`, `#`. Manual:
 * removeCommentsChar.
 */
export function removeCommentsChar(value: string): string {
  const length = value.length
  let i = firstOf(value, MARKS)
  if (i < 0) return value
  let out: Bytes | undefined
  let size = i
  while (i < length) {
    const mark = markLength(value, i)
    if (mark === 0) {
      if (out !== undefined) out[size] = value.charCodeAt(i)
      size++
      i++
    } else {
      out ??= startedBytes(value, i, length + 1)
      i += mark
    }
  }
  return out === undefined ? value : text(out, size)
}

function markLength(value: string, at: number): number {
  switch (value.charCodeAt(at)) {
    case HASH:
      return 1
    case SLASH:
      return value.charCodeAt(at + 1) === STAR ? 2 : 0
    case STAR:
      return value.charCodeAt(at + 1) === SLASH ? 2 : 0
    case 60:
      return value.startsWith('!--', at + 1) ? 4 : 0
    case DASH:
      if (value.charCodeAt(at + 1) !== DASH) return 0
      return value.charCodeAt(at + 2) === 62 ? 3 : 2
    default:
      return 0
  }
}
