import { addAll, type ByteSet, isEqual } from './bytes.ts'
import type { Node } from './tree.ts'

/** The most sets that are asked of each value: more of them seldom say no. */
const needs_max = 4

/** A set that ordinary values nearly always meet is not worth asking for. */
const weight_max = 160

/**
 * Sets of bytes such that every match has at least one byte of each; the rarest first.
 * A value without one of them cannot match, which costs nothing more to know once the bytes that
 * are in the value are known.
 */
export function needsOf(root: Node): readonly ByteSet[] {
  return needs(root).map(({ set }) => set)
}

type Need = { readonly set: ByteSet; readonly weight: number }

function needs(node: Node): readonly Need[] {
  switch (node.kind) {
    case 'set': {
      const found: Need[] = []
      insert(found, node.set)
      return found
    }
    case 'cat': {
      const found: Need[] = []
      for (const item of node.items) for (const { set } of needs(item)) insert(found, set)
      return found
    }
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
  let ranks = 0
  for (const item of items) {
    const own = needs(item)
    if (own.length === 0) return []
    ranks = Math.max(ranks, own.length)
    all.push(own)
  }
  const found: Need[] = []
  for (let rank = 0; rank < ranks; rank++) {
    const set = new Uint32Array(8)
    for (const own of all) addAll(set, (own[Math.min(rank, own.length - 1)] as Need).set)
    insert(found, set)
  }
  return found
}

/** Keeps a set among those found so far if it is one of the few that values meet most seldom. */
function insert(found: Need[], set: ByteSet): void {
  const weight = weightOf(set)
  if (weight >= weight_max || found.some((need) => isEqual(need.set, set))) return
  let place = found.length
  while (place > 0 && (found[place - 1] as Need).weight > weight) place--
  if (place >= needs_max) return
  found.splice(place, 0, { set, weight })
  if (found.length > needs_max) found.pop()
}

/**
 * Roughly how often values of requests have a byte of the set: letters much, punctuation seldom.
 */
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
