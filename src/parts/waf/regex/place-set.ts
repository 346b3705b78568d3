/**
 * Up to this many possible numbers a bit for each is faster than a table of those that are there.
 */
const bits_max = 1 << 23
const slots_at_first = 256

/** A set of whole numbers from 0 to below a limit that is told when it is made. */
export type PlaceSet = {
  /** Adds a number; false when it was there. */
  add(key: number): boolean
  /** Takes time by the limit for a set of bits; a set that is cleared often has no limit. */
  clear(): void
}

/**
 * An empty set; a limit of Infinity is none. Its memory is at most 1 MB, or in proportion to what
 * it holds.
 */
export function placeSet(limit: number): PlaceSet {
  return limit <= bits_max ? new BitSet(limit) : new TableSet()
}

class BitSet implements PlaceSet {
  private readonly words: Int32Array

  constructor(limit: number) {
    this.words = new Int32Array((limit >> 5) + 1)
  }

  add(key: number): boolean {
    const word = this.words[key >> 5] as number
    const bit = 1 << (key & 31)
    if ((word & bit) !== 0) return false
    this.words[key >> 5] = word | bit
    return true
  }

  clear(): void {
    this.words.fill(0)
  }
}

class TableSet implements PlaceSet {
  /** Each member plus one; 0 is free. Doubles hold a step times a length exactly. */
  private slots: Float64Array = new Float64Array(slots_at_first)
  private size = 0

  add(key: number): boolean {
    if (this.size * 2 >= this.slots.length) this.grow()
    const slot = this.slotOf(key)
    if (this.slots[slot] !== 0) return false
    this.slots[slot] = key + 1
    this.size++
    return true
  }

  clear(): void {
    if (this.slots.length > slots_at_first) this.slots = new Float64Array(slots_at_first)
    else if (this.size > 0) this.slots.fill(0)
    this.size = 0
  }

  private slotOf(key: number): number {
    const mask = this.slots.length - 1
    const high = Math.floor(key / 0x100000000)
    let hash = Math.imul(key ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
    hash ^= hash >>> 15
    let slot = hash & mask
    while (this.slots[slot] !== 0 && this.slots[slot] !== key + 1) slot = (slot + 1) & mask
    return slot
  }

  private grow(): void {
    const old = this.slots
    this.slots = new Float64Array(old.length * 2)
    for (const held of old) if (held !== 0) this.slots[this.slotOf(held - 1)] = held
  }
}
