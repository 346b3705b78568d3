/** A secret's shape: as long as the secret, each character replaced by one of its class. */

/** Letters become x and X, digits 0, white space stays, all else is an asterisk. */
export function shapeOf(secret: string): string {
  let out = ''
  for (let i = 0; i < secret.length; i++) {
    const c = secret.charCodeAt(i)
    if (c >= 0x61 && c <= 0x7a) out += 'x'
    else if (c >= 0x41 && c <= 0x5a) out += 'X'
    else if (c >= 0x30 && c <= 0x39) out += '0'
    else if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) out += secret.charAt(i)
    else out += '*'
  }
  return out
}

/** [start, end) of something secret in a text. */
export type Range = readonly [start: number, end: number]

/** The text with its secrets replaced by their shapes. Ranges may overlap and come in any order. */
export function masked(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text
  const sorted = [...ranges].sort((a, b) => a[0] - b[0])
  let out = ''
  let at = 0
  for (const [start, end] of sorted) {
    if (end <= at) continue
    const from = Math.max(start, at)
    out += text.slice(at, from) + shapeOf(text.slice(from, end))
    at = end
  }
  return out + text.slice(at)
}
