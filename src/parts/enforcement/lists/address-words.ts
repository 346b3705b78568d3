/**
 * Addresses as three whole numbers, 48 + 48 + 32 bits, that fit a double: quick to make, to cut and to compare. IPv4 stands in
 * the last of them alone.
 */
import { isIP } from 'node:net'

export type AddressWords = {
  readonly family: 4 | 6
  readonly high: number
  readonly middle: number
  readonly low: number
}

/** Undefined for what is no address. IPv4 that IPv6 carries (`::ffff:192.0.2.1`) is IPv4. */
export function addressWords(text: string): AddressWords | undefined {
  const number = wordOf4(text)
  if (number !== undefined) return { family: 4, high: 0, middle: 0, low: number }
  if (isIP(text) !== 6) return undefined
  const words = wordsOf6(text)
  if (words.high !== 0 || words.middle !== 0xffff) return words
  return { family: 4, high: 0, middle: 0, low: words.low }
}

/** The first `length` bits, the others zero. */
export function cutTo(words: AddressWords, length: number): AddressWords {
  const { family, high, middle, low } = words
  if (family === 4) return { family, high, middle, low: cut(low, 32 - length) }
  return {
    family,
    high: cut(high, 48 - length),
    middle: cut(middle, 96 - length),
    low: cut(low, 128 - length),
  }
}

/** Without its last `count` bits; of none below one, of all from 48 on. */
function cut(word: number, count: number): number {
  if (count <= 0) return word
  if (count >= 48) return 0
  const unit = 2 ** count
  return Math.floor(word / unit) * unit
}

/** Spreads an address over 32 bits, for tables that compare the words themselves afterwards. */
export function hashOf({ high, middle, low }: AddressWords): number {
  let hash = Math.imul(high >>> 0, 0x9e3779b1) ^ Math.floor(high / 2 ** 32)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ (middle >>> 0)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) ^ Math.floor(middle / 2 ** 32)
  hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f) ^ low
  return Math.imul(hash ^ (hash >>> 15), 0x165667b1)
}

/** An IPv4 address in its strict spelling; undefined for everything else. */
function wordOf4(text: string): number | undefined {
  if (text.length > 15) return undefined
  let out = 0
  let part = -1
  let parts = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 46 : text.charCodeAt(at)
    if (code === 46) {
      if (part < 0 || ++parts > 4) return undefined
      out = out * 256 + part
      part = -1
    } else if (code >= 48 && code <= 57) {
      // Leading zeros would be octal elsewhere.
      if (part === 0) return undefined
      part = (part < 0 ? 0 : part * 10) + code - 48
      if (part > 255) return undefined
    } else return undefined
  }
  return parts === 4 ? out : undefined
}

/** Reads a valid IPv6 address: groups up to the zone, `::` for as many zeros as are missing, the end perhaps as IPv4. */
function wordsOf6(text: string): AddressWords {
  const groups: number[] = []
  let gap = -1
  let group = 0
  let digits = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 37 : text.charCodeAt(at)
    if (code === 58 || code === 37) {
      if (digits > 0) groups.push(group)
      else if (code === 58 && at > 0 && gap < 0) gap = groups.length
      group = digits = 0
      start = at + 1
      if (code === 37) break
    } else if (code === 46) {
      const zone = text.indexOf('%', start)
      const number = wordOf4(text.slice(start, zone < 0 ? undefined : zone)) ?? 0
      groups.push(number >>> 16, number & 0xffff)
      break
    } else {
      group = group * 16 + (code <= 57 ? code - 48 : (code | 32) - 87)
      digits++
    }
  }
  if (gap >= 0) groups.splice(gap, 0, ...zeros.slice(0, 8 - groups.length))
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  return {
    family: 6,
    high: (a * 0x1_0000 + b) * 0x1_0000 + c,
    middle: (d * 0x1_0000 + e) * 0x1_0000 + f,
    low: g * 0x1_0000 + h,
  }
}

const zeros: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0]
