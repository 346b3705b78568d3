/** Operators that match what breaks a form: byte ranges, URL escapes, UTF-8, card numbers. */
import { wafFaults } from '../faults.ts'
import type { Located } from '../program.ts'
import { needOfBytes } from './byte-needs.ts'
import type { OperatorMaker } from './define.ts'
import { span } from './define.ts'

/** Matches a value with a byte outside the ranges (`9,10,32-126`). */
export const validateByteRange: OperatorMaker = ({ argument, place, name }) => {
  const isAllowed = new Uint8Array(256)
  for (const range of argument.source.split(',')) {
    const [low, high = low] = range
      .split('-')
      .map((n) => (n.trim() === '' ? Number.NaN : Number(n)))
    if (low === undefined || high === undefined || !(low >= 0 && low <= high && high <= 255)) {
      const expected = 'bytes and ranges of bytes, such as 9,10,32-126'
      throw wafFaults.bad_argument({ ...place, kind: 'operator', name, value: range, expected })
    }
    isAllowed.fill(1, low, high + 1)
  }
  const firstOutside = (value: string) => {
    for (let at = 0; at < value.length; at++) if (isAllowed[value.charCodeAt(at)] !== 1) return at
    return -1
  }
  return {
    matches: (value) => firstOutside(value) !== -1,
    needs: () => needOfBytes((byte) => isAllowed[byte] !== 1),
    locate: (value) => span(value, firstOutside(value), 1),
  }
}

const isHex = (code: number) =>
  (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)

/** Matches a value with a `%` that two hexadecimal digits do not follow. */
export const validateUrlEncoding: OperatorMaker = () => {
  const firstBad = (value: string) => {
    for (let at = value.indexOf('%'); at !== -1; at = value.indexOf('%', at + 1)) {
      if (!isHex(value.charCodeAt(at + 1)) || !isHex(value.charCodeAt(at + 2))) return at
    }
    return -1
  }
  return {
    matches: (value) => firstBad(value) !== -1,
    needs: () => needOfBytes((byte) => byte === 37),
    locate: (value) => span(value, firstBad(value), 3),
  }
}

/** Matches a value that is not UTF-8: RFC 3629, so no overlong forms, no surrogates, nothing above U+10FFFF. */
export const validateUtf8Encoding: OperatorMaker = () => ({
  matches: (value) => firstBadUtf8(value) !== -1,
  needs: () => needOfBytes((byte) => byte >= 128),
  locate: (value) => span(value, firstBadUtf8(value), 1),
})

function firstBadUtf8(value: string): number {
  let at = 0
  while (at < value.length) {
    const lead = value.charCodeAt(at)
    if (lead < 0x80) {
      at++
      continue
    }
    const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    if (lead < 0xc2 || lead > 0xf4) return at
    for (let i = 1; i < size; i++) {
      const code = value.charCodeAt(at + i)
      if (!(code >= 0x80 && code <= 0xbf)) return at
    }
    const second = value.charCodeAt(at + 1)
    const isOverlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90)
    const isBeyond = (lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f)
    if (isOverlong || isBeyond) return at
    at += size
  }
  return -1
}

/** Matches a card number: what the expression finds and whose digits hold Luhn's sum. */
export const verifyCC: OperatorMaker = ({ argument, regex }) => {
  const pattern = regex(argument.source)
  const find = (value: string): Located | undefined => {
    let from = 0
    for (;;) {
      const match = pattern.exec(value, from)
      const text = match?.groups[0]
      if (match === undefined || text === undefined) return undefined
      if (hasLuhnSum(text)) return { at: match.start, text, captures: match.groups }
      from = Math.max(match.end, match.start + 1)
    }
  }
  return { matches: (value) => find(value) !== undefined, locate: find }
}

function hasLuhnSum(text: string): boolean {
  let sum = 0
  let count = 0
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) continue
    const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2
    sum += count % 2 === 0 ? digit : doubled
    count++
  }
  return count > 0 && sum % 10 === 0
}
