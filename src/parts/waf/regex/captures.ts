import { type ByteSet, hasByte, wordBytes } from './bytes.ts'
import { EDGE, holds, LAST_NEWLINE, NEWLINE, OTHER, WORD } from './classes.ts'
import type { Dfa } from './dfa.ts'
import { regexFaults } from './faults.ts'
import { type PlaceSet, placeSet } from './place-set.ts'
import {
  ASSERT,
  INNER,
  type Inner,
  JUMP,
  MATCH,
  type Program,
  REFERENCE,
  SAVE,
  SET,
  SPLIT,
} from './program.ts'
import { work } from './steps.ts'

/** The most steps for one value, beyond what its length allows. It only bounds back-references. */
const steps_free = 200_000
const steps_per_byte = 64

/** What a matcher must know beside the program. */
export type CaptureInput = {
  readonly pattern: string
  readonly program: Program
  /** The bytes a match can begin with; undefined when it can begin anywhere. */
  readonly first: ByteSet | undefined
  /** Says where a match may begin; an anchored automaton, made when first asked for. */
  readonly leads: () => Dfa
}

/**
 * The leftmost match at or after `from`, by Perl's priorities: start and end of each group, -1
 * where a group took no part. Undefined when there is none.
 *
 * It tries the alternatives in order and remembers each place that led nowhere, so that no place is
 * tried twice: the work is at most the length of the value times the size of the program.
 */
export function findCaptures(
  input: CaptureInput,
  value: string,
  from: number,
): Int32Array | undefined {
  const { program, first } = input
  const search = searchIn(input.pattern, program, value)
  const leads = input.leads()
  leads.keepFit()
  for (let start = from; start <= value.length; start++) {
    if (first !== undefined) {
      while (start < value.length && !hasByte(first, value.charCodeAt(start) & 255)) start++
      if (start === value.length) break
    }
    if (leads.leads(value, start) && matchFrom(search, start)) {
      search.caps[0] = start
      search.caps[1] = search.end
      break
    }
  }
  leads.charge()
  return search.caps[0] === -1 ? undefined : search.caps
}

type Search = {
  readonly pattern: string
  readonly program: Program
  readonly value: string
  readonly caps: Int32Array
  readonly failed: PlaceSet
  /** Pairs: a step and a place to try, or -1 - slot and the value to put back there. */
  stack: Int32Array
  depth: number
  budget: number
  readonly referred: number
  /** For each part that is matched by itself: its own search, and the last run of bytes it took. */
  readonly inners: (Search | undefined)[]
  readonly run_starts: number[]
  readonly run_ends: number[]
  /** Where a match must end; -1 anywhere. */
  must_end: number
  end: number
}

function searchIn(pattern: string, program: Program, value: string, caps?: Int32Array): Search {
  const has_reference = program.ops.includes(REFERENCE)
  const has_inner_reference = program.inners.some((inner) => inner.program.ops.includes(REFERENCE))
  const size = (value.length + 1) * program.length
  const is_bounded = !has_reference && !has_inner_reference
  return {
    pattern,
    program,
    value,
    caps: caps ?? new Int32Array(2 * (program.group_count + 1)).fill(-1),
    failed: placeSet(is_bounded && caps === undefined ? size : Number.POSITIVE_INFINITY),
    stack: new Int32Array(64),
    depth: 0,
    budget: is_bounded ? Number.POSITIVE_INFINITY : steps_free + steps_per_byte * value.length,
    referred: is_bounded ? 0 : referredGroup(program),
    inners: [],
    run_starts: [],
    run_ends: [],
    must_end: -1,
    end: -1,
  }
}

/** The one group that is referred to: what lies ahead depends on where its word begins. */
function referredGroup(program: Program): number {
  const at = program.ops.indexOf(REFERENCE)
  if (at >= 0) return program.x[at] as number
  return Math.max(0, ...program.inners.map((inner) => referredGroup(inner.program)))
}

function matchFrom(search: Search, start: number): boolean {
  search.depth = 0
  push(search, 0, start)
  while (search.depth > 0) {
    search.depth -= 2
    const step = search.stack[search.depth] as number
    const place = search.stack[search.depth + 1] as number
    if (step < 0) search.caps[-1 - step] = place
    else if (follow(search, step, place)) return true
  }
  return false
}

function push(search: Search, step: number, place: number): void {
  if (search.depth >= search.stack.length) {
    const larger = new Int32Array(search.stack.length * 2)
    larger.set(search.stack)
    search.stack = larger
  }
  search.stack[search.depth++] = step
  search.stack[search.depth++] = place
}

/** Follows one thread to a match or a dead end, leaving its other choices on the stack. */
function follow(search: Search, from_step: number, from_place: number): boolean {
  const { value, caps, program } = search
  const { ops, x, y, sets } = program
  let step = from_step
  let place = from_place
  let taken = 0
  for (;;) {
    taken++
    switch (ops[step]) {
      case SET: {
        const is_in = place < value.length
        if (!is_in || !hasByte(sets[x[step] as number] as ByteSet, value.charCodeAt(place) & 255)) {
          return spend(search, taken)
        }
        place++
        step++
        break
      }
      case SPLIT: {
        if (!search.failed.add(keyOf(search, step, place))) return spend(search, taken)
        push(search, y[step] as number, place)
        step = x[step] as number
        break
      }
      case JUMP:
        step = x[step] as number
        break
      case SAVE: {
        const slot = x[step] as number
        push(search, -1 - slot, caps[slot] as number)
        caps[slot] = place
        step++
        break
      }
      case ASSERT: {
        const before = kindAt(value, place - 1)
        const after = kindAt(value, place)
        if (!holds(x[step] as number, before === LAST_NEWLINE ? NEWLINE : before, after)) {
          return spend(search, taken)
        }
        step++
        break
      }
      case INNER: {
        const end = passInner(search, x[step] as number, place)
        if (end < 0) return spend(search, taken)
        place = end
        step++
        break
      }
      case REFERENCE: {
        const group = x[step] as number
        const start = caps[2 * group] as number
        const end = caps[2 * group + 1] as number
        if (end < start || start < 0) return spend(search, taken)
        if (!value.startsWith(value.slice(start, end), place)) return spend(search, taken)
        taken += end - start
        place += end - start
        step++
        break
      }
      case MATCH:
        spend(search, taken)
        if (search.must_end >= 0 && place !== search.must_end) return false
        search.end = place
        return true
      default:
        throw new Error('a program has only known steps')
    }
  }
}

/** Where a part that is matched by itself lets the thread go on; -1 when it does not. */
function passInner(search: Search, index: number, place: number): number {
  const inner = search.program.inners[index] as Inner
  if (inner.run !== undefined) return passRun(search, index, inner, place)
  const own = (search.inners[index] ??= searchIn(
    search.pattern,
    inner.program,
    search.value,
    search.caps,
  ))
  if (inner.kind === 'atomic') return matchesInner(own, place, -1) ? own.end : -1
  let is_found = false
  if (inner.kind === 'ahead') is_found = matchesInner(own, place, -1)
  else {
    const width_max = Math.min(inner.max, place)
    for (let width = inner.min; width <= width_max && !is_found; width++) {
      is_found = matchesInner(own, place - width, place)
    }
  }
  return is_found !== inner.is_negative ? place : -1
}

function matchesInner(own: Search, start: number, must_end: number): boolean {
  own.failed.clear()
  own.must_end = must_end
  return matchFrom(own, start)
}

/** Takes a whole run of bytes; threads that come within the same run need not read it again. */
function passRun(search: Search, index: number, inner: Inner, place: number): number {
  const run = inner.run as ByteSet
  let end = search.run_ends[index] ?? -1
  if (end < place || (search.run_starts[index] ?? 0) > place) {
    end = place
    while (end < search.value.length && hasByte(run, search.value.charCodeAt(end) & 255)) end++
    search.run_starts[index] = place
    search.run_ends[index] = end
    spend(search, end - place)
  }
  return end - place < inner.min ? -1 : end
}

/** The kind of byte at a place; the edge before the first and behind the last one. */
function kindAt(value: string, place: number): number {
  if (place < 0 || place >= value.length) return EDGE
  const byte = value.charCodeAt(place) & 255
  if (byte === 10) return place === value.length - 1 ? LAST_NEWLINE : NEWLINE
  return hasByte(wordBytes, byte) ? WORD : OTHER
}

/** Counts steps; always false, so that a dead end can return it. */
function spend(search: Search, taken: number): false {
  work.captures += taken
  search.budget -= taken
  if (search.budget < 0) {
    const steps_max = steps_free + steps_per_byte * search.value.length
    throw regexFaults.over_budget({ pattern: search.pattern.slice(0, 80), steps_max })
  }
  return false
}

function keyOf(search: Search, step: number, place: number): number {
  const key = place * search.program.length + step
  if (search.referred === 0) return key
  const size = (search.value.length + 1) * search.program.length
  return key + ((search.caps[2 * search.referred] as number) + 1) * size
}
