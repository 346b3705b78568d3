import { type Classes, classesOf, EDGE } from './classes.ts'
import { pool } from './pool.ts'
import { ASSERT, type Program } from './program.ts'
import { dead_row, matched_row, States } from './states.ts'
import { work } from './steps.ts'
import { MATCHED, Threads } from './threads.ts'

/** An automaton that needs more begins anew. */
const cells_max = 400_000

/** The transitions that one value may add; the rest of it is read by moving threads. */
const added_by_default_max = 2_000

/** How far leads() looks. */
const lead_bytes = 24

export type DfaOptions = {
  readonly added_max?: number
  /** A match begins only where a value is read from; for leads(). */
  readonly is_anchored?: boolean
  /** The program's classes, when another automaton has them already. */
  readonly classes?: Classes
}

/**
 * Says whether a value has a match, building a deterministic automaton as values ask for it.
 *
 * A state is a set of threads. A value that would build too many states is read to its end by
 * moving the threads themselves, which costs more for each byte but keeps nothing.
 */
export class Dfa {
  private readonly program: Program
  readonly classes: Classes
  private readonly width: number
  private readonly added_max: number
  private readonly is_anchored: boolean
  private readonly sees_last_newline: boolean
  private threads: Threads
  private states: States
  private added = 0
  private charged_bytes = 0
  private start_of: Int32Array = new Int32Array(4)

  constructor(program: Program, options: DfaOptions = {}) {
    this.added_max = options.added_max ?? added_by_default_max
    this.is_anchored = options.is_anchored ?? false
    this.program = program
    this.classes = options.classes ?? classesOf(program)
    this.width = this.classes.count
    this.sees_last_newline = program.ops.some((op, step) => op === ASSERT && program.x[step] === 4)
    this.threads = new Threads(program, this.classes, this.is_anchored)
    this.states = new States(this.width)
  }

  /** Whether a match begins at or after `from`. Linear in the length of the value. */
  test(value: string, from = 0): boolean {
    pool.keepBound()
    this.keepFit()
    const { of_byte } = this.classes
    const matched = matched_row * this.width
    const dead = dead_row * this.width
    let state = this.startAt(value, from)
    if (state <= dead) return state === matched
    const length = value.length
    const is_cut = this.sees_last_newline && length > from && value.charCodeAt(length - 1) === 10
    const end = is_cut ? length - 1 : length
    this.added = 0
    let at = from
    for (;;) {
      // The inner loop sees one table that never changes, which makes it twice as fast.
      const table = this.states.table
      let next = 0
      for (; at < end; at++) {
        next = table[state + (of_byte[value.charCodeAt(at) & 255] as number)] as number
        if (next <= dead) break
        state = next
      }
      if (at >= end) break
      if (next === 0) {
        if (this.added > this.added_max) {
          return this.finish(this.simulate(value, at, state), at - from)
        }
        next = this.build(state, this.groupAt(value, at))
      }
      if (next <= dead) return this.finish(next === matched, at - from)
      state = next
      at++
    }
    return this.finish(this.atEnd(state, is_cut), end - from)
  }

  /**
   * Whether a match may begin at `from`, from the next few bytes alone; for an anchored automaton.
   * It saves trying all alternatives of a large expression where none of them goes far.
   */
  leads(value: string, from: number): boolean {
    const matched = matched_row * this.width
    const dead = dead_row * this.width
    let state = this.startAt(value, from)
    // The last byte may be a newline of its own class: it is left to the program.
    const last = this.sees_last_newline ? value.length - 1 : value.length
    const end = Math.min(last, from + lead_bytes)
    for (let at = from; at < end && state > dead; at++) {
      const group = this.groupAt(value, at)
      const next = this.states.table[state + group] as number
      if (next === 0 && this.states.table.length > cells_max) return true
      state = next === 0 ? this.build(state, group) : next
      work.bytes++
    }
    return state > dead || state === matched
  }

  /** Begins anew when the tables are too large or too old. Never called while a value is read. */
  keepFit(): void {
    if (this.states.table.length > cells_max || this.threads.is_worn) this.empty()
  }

  /** Tells the pool what the tables take now. */
  charge(): void {
    const size = this.states.size_bytes + this.threads.size_bytes
    if (size === this.charged_bytes) return
    pool.charge(this, size - this.charged_bytes)
    this.charged_bytes = size
  }

  /** Forgets all states. */
  empty(): void {
    this.threads = new Threads(this.program, this.classes, this.is_anchored)
    this.states = new States(this.width)
    this.start_of.fill(0)
    pool.used_bytes -= this.charged_bytes
    this.charged_bytes = 0
  }

  private finish(answer: boolean, bytes: number): boolean {
    work.bytes += bytes
    if (this.added > 0) this.charge()
    return answer
  }

  private startAt(value: string, from: number): number {
    const before = from === 0 ? EDGE : (this.classes.kind[this.groupAt(value, from - 1)] as number)
    const known = this.start_of[before] as number
    if (known !== 0) return known
    const thread = this.threads.start(before)
    let state = matched_row * this.width
    if (thread !== -2) {
      this.threads.next[0] = thread
      state = this.stateOf(thread === -1 ? 0 : 1)
    }
    this.start_of[before] = state
    return state
  }

  private groupAt(value: string, at: number): number {
    return this.classes.of_byte[value.charCodeAt(at) & 255] as number
  }

  private atEnd(state: number, is_cut: boolean): boolean {
    const dead = dead_row * this.width
    let last = state
    for (const group of is_cut
      ? [this.classes.last_newline, this.classes.edge]
      : [this.classes.edge]) {
      const known = this.states.table[last + group] as number
      last = known === 0 ? this.build(last, group) : known
      if (last <= dead) break
    }
    return last === matched_row * this.width
  }

  /** Finds where a state goes on a class of bytes and keeps it. */
  private build(state: number, group: number): number {
    this.added++
    const { states } = this
    const row = state / this.width
    const offset = states.offsets[row] as number
    const count = this.threads.move(states.members, offset, states.counts[row] as number, group)
    const next = count === MATCHED ? matched_row * this.width : this.stateOf(count)
    states.table[state + group] = next
    return next
  }

  /** The state of the first `count` threads in `threads.next`. */
  private stateOf(count: number): number {
    if (count === 0 && !this.threads.can_restart) return dead_row * this.width
    return this.states.rowOf(this.threads.next, count) * this.width
  }

  /** Reads the rest of a value by moving threads, keeping nothing. */
  private simulate(value: string, from: number, state: number): boolean {
    const { threads } = this
    const row = state / this.width
    const offset = this.states.offsets[row] as number
    let count = this.states.counts[row] as number
    let current: Int32Array = this.states.members.slice(offset, offset + count)
    let other: Int32Array = new Int32Array(threads.next.length)
    const length = value.length
    for (let at = from; at <= length; at++) {
      let group = this.classes.edge
      if (at < length) group = this.groupAt(value, at)
      if (this.sees_last_newline && at === length - 1 && value.charCodeAt(at) === 10) {
        group = this.classes.last_newline
      }
      count = threads.move(current, 0, count, group)
      if (count === MATCHED) return true
      const written = threads.next
      threads.next = other.length === written.length ? other : new Int32Array(written.length)
      other = current
      current = written
    }
    return false
  }
}
