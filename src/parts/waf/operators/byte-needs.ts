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
