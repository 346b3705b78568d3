/** Finds the number that stands for the word at [start, end) of a byte string; 0 when unknown. */
export type WordTable = (value: string, start: number, end: number) => number

/**
 * A fixed dictionary that is asked with positions, so that a hot path never cuts a string.
 * Upper-case ASCII letters count as lower-case; the words given must be lower-case and their
 * numbers positive. Open addressing, at most half full.
 */
export function wordTable(words: Iterable<readonly [string, number]>): WordTable {
  const entries = [...words]
  const size = 1 << Math.ceil(Math.log2(entries.length * 2 + 2))
  const spellings: string[] = new Array<string>(size).fill('')
  const numbers = new Uint16Array(size)
  let longest = 0
  for (const [word, number] of entries) {
    longest = Math.max(longest, word.length)
    let slot = hashOf(word, 0, word.length) & (size - 1)
    while (numbers[slot] !== 0 && spellings[slot] !== word) slot = (slot + 1) & (size - 1)
    spellings[slot] = word
    numbers[slot] = number
  }
  return (value, start, end) => {
    const length = end - start
    if (length === 0 || length > longest) return 0
    let slot = hashOf(value, start, end) & (size - 1)
    for (;;) {
      const number = numbers[slot] ?? 0
      if (number === 0) return 0
      const spelling = spellings[slot] ?? ''
      if (spelling.length === length && equalsWord(value, start, spelling)) return number
      slot = (slot + 1) & (size - 1)
    }
  }
}

/** Splits a table of space-separated words into pairs for `wordTable`. */
export function* wordsOf(
  lists: Readonly<Record<string, string>>,
  numberOf: (key: string) => number,
): Generator<readonly [string, number]> {
  for (const [key, list] of Object.entries(lists))
    for (const word of list.split(/\s+/)) if (word !== '') yield [word, numberOf(key)]
}

export function lowerCase(code: number): number {
  return code >= 65 && code <= 90 ? code | 32 : code
}

function hashOf(value: string, start: number, end: number): number {
  let hash = end - start
  for (let at = start; at < end; at++) hash = (hash * 31 + lowerCase(value.charCodeAt(at))) | 0
  return hash ^ (hash >>> 15)
}

function equalsWord(value: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at++)
    if (lowerCase(value.charCodeAt(start + at)) !== word.charCodeAt(at)) return false
  return true
}
