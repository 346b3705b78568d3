/** A set of phrases that is searched for all at once. */
export type Phrases = {
  /**
   * The phrase that ends first in the value, as it was given; of several that end there the
   * longest. Case of ASCII letters does not count. Linear in the length of the value.
   */
  find(value: string): string | undefined
}

/**
 * Prepares phrases (byte strings) for `@pm` and `@pmFromFile`: an Aho-Corasick automaton, finished
 * for each class of bytes, so that each byte of a value costs one look-up. An empty phrase is never
 * found.
 */
export function compilePhrases(phrases: readonly string[]): Phrases {
  let automaton: Automaton | undefined
  return {
    find(value) {
      automaton ??= automatonOf(phrases)
      const { table, phrase_of, classes } = automaton
      const { of_byte } = classes
      let row = 0
      for (let at = 0; at < value.length; at++) {
        row = table[row + (of_byte[value.charCodeAt(at) & 255] as number)] as number
        // A row that ends a phrase is kept as its complement, to need no second look-up.
        if (row < 0) return phrases[phrase_of[~row / classes.count] as number]
      }
      return undefined
    },
  }
}

type Automaton = Trie & { readonly classes: Classes }

/**
 * Built when first needed: some lists have thousands of phrases and belong to rules that are off.
 */
function automatonOf(phrases: readonly string[]): Automaton {
  const classes = classesOf(phrases)
  const trie = trieOf(phrases, classes)
  finish(trie, classes.count)
  return { ...trie, classes }
}

type Classes = { readonly of_byte: Uint8Array | Uint16Array; readonly count: number }

/**
 * Each byte that some phrase has is a class, both cases of a letter one; all others are class 0.
 */
function classesOf(phrases: readonly string[]): Classes {
  const of_byte = new Uint16Array(256)
  let count = 1
  for (const phrase of phrases) {
    for (let at = 0; at < phrase.length; at++) {
      const byte = phrase.charCodeAt(at) & 255
      if (of_byte[byte] === 0) {
        of_byte[byte] = count
        of_byte[otherCase(byte)] = count++
      }
    }
  }
  return { of_byte, count }
}

function otherCase(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 32
  return byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte
}

/** A row is `count` cells of the table. `phrase_of` has the phrase that ends at each row, or -1. */
type Trie = { readonly table: Int32Array; readonly phrase_of: Int32Array; readonly rows: number }

function trieOf(phrases: readonly string[], classes: Classes): Trie {
  const rows_max = 1 + phrases.reduce((sum, phrase) => sum + phrase.length, 0)
  const table = new Int32Array(rows_max * classes.count)
  const phrase_of = new Int32Array(rows_max).fill(-1)
  let rows = 1
  phrases.forEach((phrase, index) => {
    if (phrase === '') return
    let row = 0
    for (let at = 0; at < phrase.length; at++) {
      const cell = row * classes.count + (classes.of_byte[phrase.charCodeAt(at) & 255] as number)
      if (table[cell] === 0) table[cell] = rows++
      row = table[cell] as number
    }
    if (phrase_of[row] === -1) phrase_of[row] = index
  })
  return { table: table.slice(0, rows * classes.count), phrase_of: phrase_of.slice(0, rows), rows }
}

/** Fills each missing step with that of the longest suffix, breadth first, and marks what ends. */
function finish({ table, phrase_of, rows }: Trie, count: number): void {
  const suffix = new Int32Array(rows)
  const queue = new Int32Array(rows)
  let queued = 1
  for (let done = 0; done < queued; done++) {
    const row = queue[done] as number
    const back = suffix[row] as number
    for (let group = 0; group < count; group++) {
      const next = table[row * count + group] as number
      const fallback = row === 0 ? 0 : (table[back * count + group] as number)
      if (next === 0) table[row * count + group] = fallback
      else {
        suffix[next] = fallback
        if (phrase_of[next] === -1) phrase_of[next] = phrase_of[fallback] as number
        queue[queued++] = next
      }
    }
  }
  for (let cell = 0; cell < table.length; cell++) {
    const row = table[cell] as number
    table[cell] = phrase_of[row] === -1 ? row * count : ~(row * count)
  }
}
