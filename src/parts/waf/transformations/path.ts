import { scratchBytes, text } from './bytes.ts'

/**
 * Drops empty and `.` segments and resolves `..`: an absolute path never climbs above its root, a
 * relative one keeps the `..` that lead out of it. A slash at the end stays a slash. Manual:
 * normalizePath.
 */
export function normalizePath(value: string): string {
  // Only an empty segment or one that begins with a dot can change anything.
  if (value.indexOf('//') < 0 && value.indexOf('/.') < 0 && value.charCodeAt(0) !== 46) return value
  return resolved(value)
}

/** The same, with `\` read as `/`. Manual: normalizePathWin. */
export function normalizePathWin(value: string): string {
  if (value.indexOf('\\') < 0) return normalizePath(value)
  return normalizePath(value.replaceAll('\\', '/'))
}

function resolved(value: string): string {
  const length = value.length
  const is_absolute = value.charCodeAt(0) === 47
  const out = scratchBytes(length + 1)
  // Where each kept segment begins in `out`; `..` that lead out of a relative path are never taken
  // back.
  const starts: number[] = []
  let leading = 0
  let size = 0
  let from = 0
  while (from <= length) {
    let end = value.indexOf('/', from)
    if (end < 0) end = length
    const is_parent = end - from === 2 && value.startsWith('..', from)
    const is_dropped = end === from || (end - from === 1 && value.charCodeAt(from) === 46)
    if (is_parent && starts.length > leading) {
      size = starts.pop() ?? 0
    } else if (!is_dropped && !(is_parent && is_absolute)) {
      starts.push(size)
      if (is_parent) leading++
      if (is_absolute || size > 0) out[size++] = 47
      for (let i = from; i < end; i++) out[size++] = value.charCodeAt(i)
    }
    from = end + 1
  }
  const has_slash = value.charCodeAt(length - 1) === 47
  if (size === 0 ? is_absolute : has_slash) out[size++] = 47
  return size === length && text(out, size) === value ? value : text(out, size)
}
