import { addAll, type ByteSet, setKey } from './bytes.ts'
import type { Node } from './tree.ts'

/** The most sets that are asked of each value: more of them seldom say no. */
const needs_max = 4

/** A set that ordinary values nearly always meet is not worth asking for. */
const weight_max = 160

/**
 * Sets of bytes such that every match has at least one byte of each; the rarest first.
 * A value without one of them cannot match, which costs nothing more to know once the bytes that are
 * in the value are known.
 */
export function needsOf(root: Node): readonly ByteSet[] {
  const weighed = rarest(needs(root)).filter(({ weight }) => weight < weight_max)
  return weighed.map(({ set }) => set)
}

type Need = { readonly set: ByteSet; readonly weight: number }

function needs(node: Node): readonly Need[] {
  switch (node.kind) {
    case 'set': {
      const weight = weightOf(node.set)
      return weight < weight_max ? [{ set: node.set, weight }] : []
    }
    case 'cat':
      return rarest(node.items.flatMap(needs))
    case 'alt':
      return needsOfAny(node.items)
    case 'repeat':
      return node.min > 0 ? needs(node.item) : []
    case 'group':
    case 'atomic':
      return needs(node.item)
    default:
      return []
  }
}

/** Whichever alternative matches, it meets the union of one set of each. */
function needsOfAny(items: readonly Node[]): readonly Need[] {
  const all: (readonly Need[])[] = []
  for (const item of items) {
    const own = needs(item)
    if (own.length === 0) return []
    all.push(own)
  }
  const unions: Need[] = []
  const ranks = Math.max(...all.map((own) => own.length))
  for (let rank = 0; rank < ranks; rank++) {
    const set = new Uint32Array(8)
    for (const own of all) addAll(set, (own[Math.min(rank, own.length - 1)] as Need).set)
    const weight = weightOf(set)
    if (weight < weight_max) unions.push({ set, weight })
  }
  return rarest(unions)
}

/** The few that values meet most seldom, each once. */
function rarest(all: readonly Need[]): readonly Need[] {
  if (all.length < 2) return all
  const distinct = new Map(all.map((need) => [setKey(need.set), need]))
  return [...distinct.values()]
    .sort((left, right) => left.weight - right.weight)
    .slice(0, needs_max)
}

/** Roughly how often values of requests have a byte of the set: letters much, punctuation seldom. */
function weightOf(set: ByteSet): number {
  let weight = 0
  for (let word = 0; word < 8; word++) {
    for (let bits = set[word] as number; bits !== 0; bits &= bits - 1) {
      weight += weights[32 * word + 31 - Math.clz32(bits & -bits)] as number
    }
  }
  return weight
}

const weights: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) =>
  byteWeight(byte),
)

function byteWeight(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return 'eaiotnsrl'.includes(String.fromCharCode(byte)) ? 16 : 8
  if (byte >= 0x30 && byte <= 0x39) return 6
  if (byte === 0x20 || byte === 0x2d || byte === 0x2e || byte === 0x2f) return 12
  return 1
}
