import { byteSet, firstOf, startedBytes, text } from './bytes.ts'

/** Bytes of output for a byte of input at most: two bytes of UTF-8 become the six of `%uHHHH`. */
const GROWTH = 3

const HIGH = byteSet((code) => code >= 128)

/**
 * UTF-8 sequences become `%uHHHH` (five digits above FFFF, lower case), for `t:urlDecodeUni` after
 * it. Overlong forms and surrogates are decoded too, so that `%c0%af` is seen as a slash; bytes
 * that begin no sequence stay. libmodsecurity also leaves the lead byte behind an overlong form,
 * which splits the word it stands in; we do not. Manual: utf8toUnicode.
 */
export function utf8toUnicode(value: string): string {
  const start = firstOf(value, HIGH)
  if (start < 0) return value
  const length = value.length
  const out = startedBytes(value, start, length * GROWTH)
  let size = start
  let is_changed = false
  for (let i = start; i < length; ) {
    const lead = value.charCodeAt(i)
    const more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0
    const point = more === 0 ? -1 : pointAt(value, i, lead & (63 >> more), more)
    if (point < 0) {
      out[size++] = lead
      i++
      continue
    }
    is_changed = true
    out[size++] = 37
    out[size++] = 117
    for (let shift = point > 0xffff ? (point > 0xfffff ? 20 : 16) : 12; shift >= 0; shift -= 4) {
      const digit = (point >> shift) & 15
      out[size++] = digit < 10 ? 48 + digit : 87 + digit
    }
    i += more + 1
  }
  return is_changed ? text(out, size) : value
}

function pointAt(value: string, at: number, head: number, more: number): number {
  let point = head
  for (let i = at + 1; i <= at + more; i++) {
    const code = value.charCodeAt(i)
    // Past the end the code is NaN, whose bits are 0: no continuation byte.
    if ((code & 0xc0) !== 0x80) return -1
    point = point * 64 + (code & 63)
  }
  return point
}
