import { type Classes, EDGE, holds, kindBefore, NEWLINE, OTHER, WORD } from './classes.ts'
import { ASSERT, JUMP, MATCH, type Program, SAVE, SET, SPLIT } from './program.ts'
import { grown } from './states.ts'
import { work } from './steps.ts'

/** What move() answers when some thread has reached the end of the program. */
export const MATCHED = -1

const unknown_row = 0
const matched_row = -1
const threads_at_first = 16
const rounds_max = 1_000_000_000

/**
 * The threads of a program as numbers, and where each goes on each class of bytes.
 *
 * A thread is a step that waits for the next byte, together with the kind of byte before it when an
 * assertion wants to know it. Where a thread goes is found once by walking the program, then kept;
 * so moving a set of threads costs one look-up for each.
 */
export class Threads {
  readonly classes: Classes
  private readonly program: Program
  /** Thread number of program step * 4 + kind, plus one; 0 is none yet. */
  private readonly number_of: Int32Array
  /** For each step: bit 0 known, bit 1 meets an assertion, bit 2 reaches MATCH without one. */
  private readonly traits: Uint8Array
  private readonly seen: Int32Array
  private seen_round = 0
  private walk: Int32Array
  private step_of: Int32Array = new Int32Array(threads_at_first)
  private kind_of: Uint8Array = new Uint8Array(threads_at_first)
  private count = 0
  /** rows[thread * classes + class]: where in `lists` the answer lies, or unknown, or matched. */
  private rows: Int32Array
  /** Each answer as its length and its threads. */
  private lists: Int32Array = new Int32Array(256)
  private lists_used = 1
  private stamps: Int32Array = new Int32Array(threads_at_first)
  private round = 0
  private readonly chain_stamps: Int32Array
  private readonly chain_places: Int32Array
  /** The thread that begins a match after each kind of byte; -1 none can, -2 it matches at once. */
  private readonly starts: readonly number[]
  private readonly restarts: readonly number[]
  /** Whether a match can begin behind some byte. */
  readonly can_restart: boolean
  /** The threads that move() answers with. */
  next: Int32Array = new Int32Array(threads_at_first)

  /** With `is_anchored` a match begins only where the first thread was put. */
  constructor(program: Program, classes: Classes, is_anchored = false) {
    this.program = program
    this.classes = classes
    this.number_of = new Int32Array(program.length * (program.has_assertions ? 4 : 1))
    this.traits = new Uint8Array(program.length)
    this.seen = new Int32Array(program.length)
    this.walk = new Int32Array(program.length + 8)
    this.rows = new Int32Array(threads_at_first * classes.count)
    this.chain_stamps = new Int32Array(program.chain_count)
    this.chain_places = new Int32Array(program.chain_count)
    this.starts = [OTHER, WORD, NEWLINE, EDGE].map((kind) => this.startAt(kind))
    this.restarts = is_anchored ? this.starts.map(() => -1) : this.starts
    this.can_restart = this.restarts.slice(0, EDGE).some((thread) => thread !== -1)
  }

  /** Whether the numbers of rounds near their end, and the tables must be made anew. */
  get is_worn(): boolean {
    return this.round > rounds_max
  }

  /** How many bytes the tables take. */
  get size_bytes(): number {
    return (
      4 * (this.rows.length + this.lists.length + this.step_of.length + this.stamps.length) +
      4 * (this.number_of.length + this.seen.length + this.walk.length) +
      this.traits.length +
      this.classes.in_set.length
    )
  }

  /** The thread that begins a match behind a byte of `kind`; -1 none, -2 it matches at once. */
  start(kind: number): number {
    return this.starts[kind] ?? -1
  }

  /**
   * Moves `count` threads of `from`, beginning at `offset`, over a byte of `group`, and lets a
   * match begin behind it. Fills `next` and answers how many there are, or MATCHED.
   */
  move(from: Int32Array, offset: number, count: number, group: number): number {
    const width = this.classes.count
    const round = ++this.round
    let total = 0
    work.moves += count + 1
    for (let index = offset; index < offset + count; index++) {
      const thread = from[index] as number
      let list = this.rows[thread * width + group] as number
      if (list === unknown_row) list = this.fillRow(thread, group)
      if (list === matched_row) return MATCHED
      const end = list + (this.lists[list] as number)
      while (list < end) total = this.add(this.lists[++list] as number, total, round)
    }
    if (group === this.classes.edge) return total
    const begun = this.restarts[kindBefore(this.classes.kind[group] as number)] as number
    if (begun === -2) return MATCHED
    return begun === -1 ? total : this.add(begun, total, round)
  }

  private add(thread: number, total: number, round: number): number {
    if (this.stamps[thread] === round) return total
    this.stamps[thread] = round
    const chain = this.program.chain[this.step_of[thread] as number] as number
    if (chain >= 0) {
      if (this.chain_stamps[chain] === round) {
        const place = this.chain_places[chain] as number
        const is_later = thread !== this.freer(thread, this.next[place] as number, chain)
        if (!is_later) this.next[place] = thread
        return total
      }
      this.chain_stamps[chain] = round
      this.chain_places[chain] = total
    }
    this.next[total] = thread
    return total + 1
  }

  private freer(left: number, right: number, chain: number): number {
    const is_left_later = (this.step_of[left] as number) > (this.step_of[right] as number)
    return is_left_later === (this.program.is_later_freer[chain] === true) ? left : right
  }

  private startAt(kind: number): number {
    const step = this.skip(0)
    const traits = this.traitsOf(step)
    if ((traits & 4) !== 0) return -2
    if (!this.mayGoOn(step, kind)) return -1
    return this.threadAt(step, (traits & 2) !== 0 ? kind : OTHER)
  }

  /** The first step from here that does more than lead on. */
  private skip(step: number): number {
    let at = step
    for (;;) {
      const op = this.program.ops[at]
      if (op === JUMP) at = this.program.x[at] as number
      else if (op === SAVE) at++
      else return at
    }
  }

  private threadAt(step: number, kind: number): number {
    const place = this.program.has_assertions ? step * 4 + kind : step
    const known = this.number_of[place] as number
    if (known !== 0) return known - 1
    const thread = this.count++
    if (thread >= this.step_of.length) this.growThreads()
    this.step_of[thread] = step
    this.kind_of[thread] = kind
    this.number_of[place] = thread + 1
    return thread
  }

  private growThreads(): void {
    const size = this.step_of.length * 2
    this.step_of = grown(this.step_of, size)
    this.stamps = grown(this.stamps, size)
    this.next = grown(this.next, size)
    this.rows = grown(this.rows, size * this.classes.count)
    const kinds = new Uint8Array(size)
    kinds.set(this.kind_of)
    this.kind_of = kinds
  }

  /** Walks from a thread over a class of bytes and keeps where it comes to. */
  private fillRow(thread: number, group: number): number {
    const { program, classes } = this
    const { ops, x, y } = program
    const before = this.kind_of[thread] as number
    const after = classes.kind[group] as number
    const seen_round = ++this.seen_round
    const list = this.lists_used
    let found = 0
    let depth = 0
    this.walk[depth++] = this.step_of[thread] as number
    while (depth > 0) {
      let step = this.walk[--depth] as number
      while (this.seen[step] !== seen_round) {
        this.seen[step] = seen_round
        work.moves++
        const op = ops[step]
        if (op === MATCH) return this.keepRow(thread, group, matched_row)
        if (op === SET) {
          if (classes.in_set[(x[step] as number) * classes.count + group] === 1) {
            const reached = this.reach(this.skip(step + 1), kindBefore(after))
            if (reached === -2) return this.keepRow(thread, group, matched_row)
            if (reached >= 0 && this.appendTo(list, found, reached)) found++
          }
          break
        }
        if (op === SPLIT) {
          this.walk[depth++] = y[step] as number
          step = x[step] as number
        } else if (op === JUMP) step = x[step] as number
        else if (op !== ASSERT || holds(x[step] as number, before, after)) step++
        else break
      }
    }
    this.lists[list] = found
    this.lists_used = list + found + 1
    return this.keepRow(thread, group, list)
  }

  private appendTo(list: number, found: number, thread: number): boolean {
    for (let index = list + 1; index <= list + found; index++) {
      if (this.lists[index] === thread) return false
    }
    if (list + found + 2 >= this.lists.length) {
      this.lists = grown(this.lists, this.lists.length * 2)
    }
    this.lists[list + found + 1] = thread
    return true
  }

  private keepRow(thread: number, group: number, list: number): number {
    if (this.lists_used + 2 >= this.lists.length) {
      this.lists = grown(this.lists, this.lists.length * 2)
    }
    this.rows[thread * this.classes.count + group] = list
    return list
  }

  /** The thread that waits at a step; -1 when it can never go on, -2 when it matches at once. */
  private reach(step: number, kind: number): number {
    const traits = this.traitsOf(step)
    if ((traits & 4) !== 0) return -2
    if ((traits & 2) === 0) return this.threadAt(step, OTHER)
    return this.mayGoOn(step, kind) ? this.threadAt(step, kind) : -1
  }

  private traitsOf(start: number): number {
    const known = this.traits[start] as number
    if (known !== 0) return known
    let traits = 1
    this.explore(start, (_, op) => {
      if (op === ASSERT) traits |= 2
      if (op === MATCH) traits |= 4
      return op !== ASSERT
    })
    this.traits[start] = traits
    return traits
  }

  private mayGoOn(start: number, kind: number): boolean {
    let may = false
    this.explore(start, (step, op) => {
      if (op === SET || op === MATCH) may = true
      return op !== ASSERT || holds(this.program.x[step] as number, kind, -1)
    })
    return may
  }

  /** Visits all steps that are reached without a byte; `goOn` says whether to go beyond a step. */
  private explore(start: number, goOn: (step: number, op: number) => boolean): void {
    const { ops, x, y } = this.program
    const seen = new Set<number>()
    const open = [start]
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      if (seen.has(step)) continue
      seen.add(step)
      const op = ops[step] as number
      if (!goOn(step, op) || op === MATCH || op === SET) continue
      if (op === SPLIT) open.push(y[step] as number, x[step] as number)
      else open.push(op === JUMP ? (x[step] as number) : step + 1)
    }
  }
}
