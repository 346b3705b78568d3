import { letters, shape_kinds } from './kinds.ts'

/** An automaton over the kinds of a shape. */
export interface Grammar {
  readonly start: number
  /** No continuation can be accepted. */
  readonly dead: number
  /** An injection, whatever follows. */
  readonly accept: number
  step(state: number, kind: number): number
}

/**
 * Compiles patterns over kind letters to one automaton. `[abc]` is any of these kinds, `x?` may
 * be missing, a capital word from `classes` in braces, `{P}`, stands for a class. A pattern is
 * accepted as soon as its last element is read.
 */
export function grammar(
  patterns: readonly string[],
  classes: Readonly<Record<string, string>>,
): Grammar {
  const parsed = patterns.map((pattern) => parse(pattern, classes))
  const table: number[][] = []
  const numbers = new Map<string, number>()
  const dead = 0
  const accept = 1
  table.push(new Array<number>(shape_kinds).fill(dead), new Array<number>(shape_kinds).fill(accept))
  const build = (places: readonly Place[]): number => {
    const name = places.map((place) => `${place.pattern}.${place.index}`).join(' ')
    const known = numbers.get(name)
    if (known !== undefined) return known
    const number = table.length
    numbers.set(name, number)
    const row: number[] = []
    table.push(row)
    for (let kind = 0; kind < shape_kinds; kind++) row.push(next(kind, places))
    return number
  }
  const next = (kind: number, places: readonly Place[]): number => {
    const reached: Place[] = []
    for (const place of places) {
      const elements = parsed[place.pattern] ?? []
      if (elements[place.index]?.kinds.has(kind) !== true) continue
      if (place.index + 1 === elements.length) return accept
      reached.push(...skips(elements, { pattern: place.pattern, index: place.index + 1 }))
    }
    return reached.length === 0 ? dead : build(distinct(reached))
  }
  const start = build(parsed.flatMap((elements, pattern) => skips(elements, { pattern, index: 0 })))
  const flat = Uint16Array.from(table.flat())
  return { start, dead, accept, step: (state, kind) => flat[state * shape_kinds + kind] ?? dead }
}

interface Place {
  readonly pattern: number
  readonly index: number
}

interface Element {
  readonly kinds: ReadonlySet<number>
  readonly is_optional: boolean
}

/** A place and those behind the optional elements that follow it. */
function skips(elements: readonly Element[], place: Place): Place[] {
  const places = [place]
  for (let index = place.index; elements[index]?.is_optional === true; index++)
    places.push({ pattern: place.pattern, index: index + 1 })
  return places
}

function distinct(places: readonly Place[]): readonly Place[] {
  const found = new Map<string, Place>()
  for (const place of places) found.set(`${place.pattern}.${place.index}`, place)
  return [...found.values()].sort((a, b) => a.pattern - b.pattern || a.index - b.index)
}

function parse(pattern: string, classes: Readonly<Record<string, string>>): readonly Element[] {
  const elements: Element[] = []
  for (let at = 0; at < pattern.length; at++) {
    let kinds = pattern[at] ?? ''
    if (kinds === ' ') continue
    if (kinds === '[' || kinds === '{') {
      const close = pattern.indexOf(kinds === '[' ? ']' : '}', at)
      const inner = pattern.slice(at + 1, close)
      kinds = kinds === '[' ? inner : (classes[inner] ?? '')
      at = close
    }
    const is_optional = pattern[at + 1] === '?'
    if (is_optional) at++
    const set = new Set([...kinds].map((letter) => letters.indexOf(letter)))
    if (set.size === 0 || set.has(-1)) throw new Error(`Bad grammar pattern "${pattern}" at ${at}`)
    elements.push({ kinds: set, is_optional })
  }
  return elements
}
