/** The kinds of bytes that a value must hold before an operator can match it. */
import { type ByteSet, hasByte } from '../regex/bytes.ts'
import { needsOf } from '../regex/needs.ts'
import { flagsOf } from '../regex/openers.ts'
import { parse } from '../regex/parse.ts'
import { settle } from '../regex/settle.ts'
import type { RegexOptions } from '../regex.ts'
import { type Kinds, kindsOfSet } from '../run/byte-kinds.ts'

/** A value that lacks one of these cannot match the expression. */
export function needsOfPattern(pattern: string, options: RegexOptions): readonly Kinds[] {
  const { root } = settle(parse(pattern, flagsOf(options)))
  return needsOf(root).map((set: ByteSet) => kindsOfSet((byte) => hasByte(set, byte)))
}

/** What a value must hold to have a byte of the set at all. */
export function needOfBytes(isMember: (byte: number) => boolean): readonly Kinds[] {
  return [kindsOfSet(isMember)]
}

/** Letters from the rarest in English text on; marks before them, as they are rarer in honest values. */
const rareLetters = 'zqxjkvbpygfwmucldrhsnioate'

/**
 * What a value must hold to have one of the phrases: the rarest byte of each phrase, all of them as one need. Long
 * lists need so many kinds that asking is of no use; then none is named.
 */
export function needsOfPhrases(phrases: readonly string[]): readonly Kinds[] {
  const rarest = new Set(phrases.map(rarestByte))
  const letters = [...rarest].filter((byte) => byte >= 97 && byte <= 122)
  return letters.length > 12 ? [] : needOfBytes((byte) => rarest.has(byte))
}

function rarestByte(phrase: string): number {
  const bytes = [...phrase.toLowerCase()].map((c) => c.charCodeAt(0))
  const rank = (byte: number) => {
    const letter = rareLetters.indexOf(String.fromCharCode(byte))
    if (letter >= 0) return letter + 20
    if (byte >= 48 && byte <= 57) return 30
    return byte === 32 || byte === 46 || byte === 45 || byte === 95 ? 10 : 0
  }
  return bytes.reduce((best, byte) => (rank(byte) < rank(best) ? byte : best), bytes[0] ?? 0)
}
