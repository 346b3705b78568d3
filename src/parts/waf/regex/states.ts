/**
 * What a cell of a table leads to, in rows: 0 is not built yet, then these two, then real states.
 */
export const matched_row = 1
export const dead_row = 2
const first_row = 3

const rows_at_first = 16
const mark_prime = 0x9e3779b1

/**
 * The states of an automaton: each is a set of threads, and a row of a table with a cell a class.
 */
export class States {
  /** Cells hold the offset of the next state's row. */
  table: Int32Array
  /** Where each state's threads lie in `members`, and how many they are. */
  offsets: Int32Array = new Int32Array(rows_at_first)
  counts: Int32Array = new Int32Array(rows_at_first)
  members: Int32Array = new Int32Array(64)
  private readonly width: number
  private rows = first_row
  private members_used = 0
  private hashes: Int32Array = new Int32Array(rows_at_first)
  /** Open addressing from the hash of a set to its row; 0 is free. */
  private index: Int32Array = new Int32Array(2 * rows_at_first)
  private marks: Int32Array = new Int32Array(0)
  private mark = 0

  constructor(width: number) {
    this.width = width
    this.table = new Int32Array(rows_at_first * width)
  }

  get size_bytes(): number {
    const sets = this.offsets.length * 3 + this.members.length + this.marks.length
    return 4 * (this.table.length + sets + this.index.length)
  }

  /** The row of the set of the first `count` threads, which are distinct but in any order. */
  rowOf(threads: Int32Array, count: number): number {
    if (this.marks.length < threads.length) {
      this.marks = new Int32Array(threads.length)
      this.mark = 0
    }
    const mark = ++this.mark
    let hash = count
    for (let index = 0; index < count; index++) {
      const thread = threads[index] as number
      this.marks[thread] = mark
      const mixed = Math.imul(thread + 1, mark_prime)
      hash = (hash + (mixed ^ (mixed >>> 15))) | 0
    }
    const mask = this.index.length - 1
    let slot = (hash ^ (hash >>> 16)) & mask
    for (let row = this.index[slot] as number; row !== 0; row = this.index[slot] as number) {
      if (this.hashes[row] === hash && this.isMarked(row, count)) return row
      slot = (slot + 1) & mask
    }
    return this.add(threads, count, hash, slot)
  }

  private isMarked(row: number, count: number): boolean {
    if (this.counts[row] !== count) return false
    const offset = this.offsets[row] as number
    for (let index = offset; index < offset + count; index++) {
      if (this.marks[this.members[index] as number] !== this.mark) return false
    }
    return true
  }

  private add(threads: Int32Array, count: number, hash: number, slot: number): number {
    const row = this.rows++
    if (row >= this.offsets.length) {
      this.offsets = grown(this.offsets, row * 2)
      this.counts = grown(this.counts, row * 2)
      this.hashes = grown(this.hashes, row * 2)
      this.table = grown(this.table, row * 2 * this.width)
    }
    if (this.members_used + count > this.members.length) {
      this.members = grown(this.members, 2 * (this.members_used + count))
    }
    for (let index = 0; index < count; index++) {
      this.members[this.members_used + index] = threads[index] as number
    }
    this.offsets[row] = this.members_used
    this.counts[row] = count
    this.hashes[row] = hash
    this.members_used += count
    this.index[slot] = row
    if (this.rows * 2 > this.index.length) this.growIndex()
    return row
  }

  private growIndex(): void {
    this.index = new Int32Array(this.index.length * 2)
    const mask = this.index.length - 1
    for (let row = first_row; row < this.rows; row++) {
      const hash = this.hashes[row] as number
      let slot = (hash ^ (hash >>> 16)) & mask
      while (this.index[slot] !== 0) slot = (slot + 1) & mask
      this.index[slot] = row
    }
  }
}

/** A longer copy of an array, zero at its end. */
export function grown(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size)
  larger.set(array)
  return larger
}
