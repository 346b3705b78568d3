/** A growing set of non-negative whole numbers; it takes memory for what it holds, no more. */
export class PlaceSet {
  /** Each member plus one; 0 is free. Doubles hold a step times a length exactly. */
  private slots: Float64Array = new Float64Array(64)
  private size = 0

  /** Adds a number; false when it was there. */
  add(key: number): boolean {
    if (this.size * 2 >= this.slots.length) this.grow()
    const slot = this.slotOf(key)
    if (this.slots[slot] !== 0) return false
    this.slots[slot] = key + 1
    this.size++
    return true
  }

  private slotOf(key: number): number {
    const mask = this.slots.length - 1
    const high = Math.floor(key / 0x100000000)
    let hash = Math.imul((key | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
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
