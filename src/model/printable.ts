/**
 * Byte strings made readable without losing a byte: valid UTF-8 becomes its characters, everything that cannot be
 * shown (control bytes, broken UTF-8, the backslash itself) becomes `\xNN` or `\\`. Safe for JSON, PostgreSQL and a page.
 */

/** How many characters of the printable text the first `count` bytes take is `printable(bytes.slice(0, count)).length`. */
export function printable(bytes: string): string {
  let plain = true
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes.charCodeAt(i)
    if (c < 0x20 || c > 0x7e || c === 0x5c) {
      plain = false
      break
    }
  }
  return plain ? bytes : escaped(bytes)
}

/** The bytes of a printable text again, one character a byte. */
export function unprintable(text: string): string {
  let out = ''
  for (const part of text.split(/(\\\\|\\x[0-9a-f]{2})/)) {
    if (part === '\\\\') out += '\\'
    else if (/^\\x[0-9a-f]{2}$/.test(part)) out += String.fromCharCode(Number(`0x${part.slice(2)}`))
    else out += bytesOf(part)
  }
  return out
}

/** UTF-8, without a `Buffer`: a page imports this file too. */
function bytesOf(text: string): string {
  let out = ''
  for (const byte of new TextEncoder().encode(text)) out += String.fromCharCode(byte)
  return out
}

function escaped(bytes: string): string {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i)
    if (size > 1) {
      out += decode(bytes, i, size)
      i += size
      continue
    }
    const c = bytes.charCodeAt(i++)
    if (c === 0x5c) out += '\\\\'
    else if (c === 0x0a || (c >= 0x20 && c < 0x7f)) out += String.fromCharCode(c)
    else out += `\\x${c.toString(16).padStart(2, '0')}`
  }
  return out
}

/** Length of the well-formed UTF-8 sequence at `i` (RFC 3629, section 4), or 1 when there is none to show. */
function sequenceLength(s: string, i: number): number {
  const first = s.charCodeAt(i)
  const size = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
  if (first > 0xf4 || size === 1 || i + size > s.length) return 1
  for (let k = 1; k < size; k++) if ((s.charCodeAt(i + k) & 0xc0) !== 0x80) return 1
  const point = codePoint(s, i, size)
  const least = size === 2 ? 0xa0 : size === 3 ? 0x800 : 0x10000
  const is_surrogate = point >= 0xd800 && point <= 0xdfff
  return point < least || point > 0x10ffff || is_surrogate || isHidden(point) ? 1 : size
}

/** Characters that change how the text around them reads: bidirectional controls, zero widths, separators. */
function isHidden(point: number): boolean {
  return (
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x206f) ||
    point === 0xfeff
  )
}

function decode(s: string, i: number, size: number): string {
  return String.fromCodePoint(codePoint(s, i, size))
}

function codePoint(s: string, i: number, size: number): number {
  let point = s.charCodeAt(i) & (0xff >> (size + 1))
  for (let k = 1; k < size; k++) point = (point << 6) | (s.charCodeAt(i + k) & 0x3f)
  return point
}
