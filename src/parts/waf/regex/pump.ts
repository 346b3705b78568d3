import type { RegexOptions } from '../regex.ts'
import { type ByteSet, complement, hasByte, members } from './bytes.ts'
import { flagsOf } from './openers.ts'
import { parse } from './parse.ts'
import { children, firstOf, type Node } from './tree.ts'

/** A counted repeat of fewer rounds is no loop worth pumping. */
const rounds_min = 8

/** The most loops of one pattern that are pumped; the longest patterns have thousands alike. */
const loops_max = 12

/** A loop and a text that leads to it. */
type Loop = { readonly before: string; readonly body: Node; readonly after: Node | undefined }

/**
 * Values of `size` bytes that nearly match: for each loop of the pattern a text that leads to it,
 * many rounds of its body, and an end that spoils the match; and the whole pattern but for its end,
 * again and again. They are the worst inputs of backtracking matchers. At least one value, all
 * distinct.
 */
export function pumpStrings(pattern: string, options: RegexOptions, size: number): string[] {
  const { root } = parse(pattern, flagsOf(options))
  const values = new Set<string>()
  for (const variant of [0, 1]) {
    const whole = witness(root, variant)
    values.add(repeated(whole.slice(0, -1) || 'a', size))
    values.add(repeated(`${whole.slice(0, -1)}\x01`, size))
  }
  for (const { before, body, after } of spread(loopsOf(root), loops_max)) {
    const rounds = [0, 1, 2].map((variant) => witness(body, variant) || 'a')
    const spoiler = spoilerOf(body)
    for (const round of new Set(rounds)) values.add(filled(before, round, spoiler, size))
    values.add(filled(before, rounds.join(''), spoiler, size))
    values.add(repeated(`${before}${repeated(rounds[0] ?? 'a', 40)}`, size))
    if (after !== undefined) {
      const end = witness(after, 0).slice(0, -1) + spoiler
      values.add(filled(before, rounds[0] ?? 'a', end, size))
    }
  }
  return [...values]
}

function filled(before: string, round: string, end: string, size: number): string {
  const room = Math.max(0, size - before.length - end.length)
  return (before + repeated(round, room) + end).slice(0, size)
}

function repeated(text: string, size: number): string {
  return text.repeat(Math.ceil(size / Math.max(1, text.length))).slice(0, size)
}

/** At most `count` members, taken evenly. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  return Array.from({ length: count }, (_, index) => {
    return all[Math.floor((index * (all.length - 1)) / (count - 1))] as T
  })
}

function loopsOf(root: Node): Loop[] {
  const loops: Loop[] = []
  const visit = (node: Node, before: string, after: Node | undefined): void => {
    if (node.kind === 'cat') {
      let lead = before
      node.items.forEach((item, index) => {
        visit(item, lead, node.items[index + 1] ?? after)
        lead += witness(item, 0)
      })
      return
    }
    if (node.kind === 'repeat' && node.max >= rounds_min) {
      loops.push({ before, body: node.item, after })
    }
    for (const child of children(node)) visit(child, before, after)
  }
  visit(root, '', undefined)
  return loops
}

/** A short text that matches the node, but for what its assertions and look-around ask. */
function witness(node: Node, variant: number): string {
  switch (node.kind) {
    case 'set':
      return byteOf(node.set, variant)
    case 'cat':
      return node.items.map((item) => witness(item, variant)).join('')
    case 'alt':
      return witness(node.items[variant % node.items.length] ?? { kind: 'empty' }, variant)
    case 'repeat':
      return witness(node.item, variant).repeat(Math.min(node.max, Math.max(node.min, variant % 2)))
    case 'group':
    case 'atomic':
      return witness(node.item, variant)
    case 'backref':
      return 'a'
    default:
      return ''
  }
}

/** A member of the set, printable ones first; another one for each variant. */
function byteOf(set: ByteSet, variant: number): string {
  const all = members(set)
  const printable = all.filter((byte) => byte > 0x20 && byte < 0x7f)
  const choice = printable.length > 0 ? printable : all
  const byte = choice[(variant * 7) % Math.max(1, choice.length)]
  return byte === undefined ? '' : String.fromCharCode(byte)
}

/** A byte that the loop cannot go on with. */
function spoilerOf(body: Node): string {
  const outside = complement(firstOf(body).set)
  const byte = [0x01, 0x21, 0x0a, 0x61, 0x20, 0x00].find((candidate) => hasByte(outside, candidate))
  return byte === undefined ? byteOf(outside, 0) : String.fromCharCode(byte)
}
