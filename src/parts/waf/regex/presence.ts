import type { ByteSet } from './bytes.ts'

/** A value this short is read as fast as it is looked up. */
const length_min = 8

const values_max = 256
const length_sum_max = 1 << 20

/**
 * Which bytes are in a value, kept for the values seen last: all expressions of a rule set ask for
 * the same values in turn. Kept for the process, as that is what bounds the memory; never more than
 * 1 MB.
 */
const known = new Map<string, Int32Array<ArrayBuffer>>()
let length_sum = 0
let last_value = ''
let last_set = new Int32Array(8)

/** Sets in one row of words, eight for each: the form that hasEach() reads. */
export function flatSets(sets: readonly ByteSet[]): Int32Array {
  const words = new Int32Array(sets.length * 8)
  sets.forEach((set, index) => {
    words.set(set, index * 8)
  })
  return words
}

/** Whether the value has a byte of each set (of flatSets); true for values too short to ask. */
export function hasEach(value: string, sets: Int32Array): boolean {
  if (value.length < length_min) return true
  const present = value === last_value ? last_set : presenceOf(value)
  for (let at = 0; at < sets.length; at += 8) {
    let common = 0
    for (let word = 0; word < 8; word++) {
      common |= (sets[at + word] as number) & (present[word] as number)
    }
    if (common === 0) return false
  }
  return true
}

function presenceOf(value: string): Int32Array<ArrayBuffer> {
  let set = known.get(value)
  if (set === undefined) {
    const found = new Int32Array(8)
    for (let at = 0; at < value.length; at++) {
      const byte = value.charCodeAt(at) & 255
      found[byte >> 5] = (found[byte >> 5] as number) | (1 << (byte & 31))
    }
    set = found
    length_sum += value.length
    if (known.size >= values_max || length_sum > length_sum_max) {
      known.clear()
      length_sum = value.length
    }
    known.set(value, set)
  }
  last_value = value
  last_set = set
  return set
}
