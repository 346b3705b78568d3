/** Choices that are the same in every run, so that a measured number can be measured again. */
export interface Random {
  /** 0 to below `limit`. */
  below(limit: number): number
  /** One of the words; words are separated by `|`. */
  of(words: string): string
  pick(items: readonly string[]): string
}

function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (limit: number): number => {
    // Mixing of a counter, by multiplication and shifts.
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit
  }
  const pick = (items: readonly string[]): string => items[below(items.length)] ?? ''
  return { below, pick, of: (words) => pick(words.split('|')) }
}

/** `count` different values of each family. Stops trying after ten times as many. */
export function generate(
  families: Readonly<Record<string, (random: Random) => string>>,
  count: number,
  seed: number,
): readonly { readonly family: string; readonly value: string }[] {
  const found: { family: string; value: string }[] = []
  for (const [family, make] of Object.entries(families)) {
    const random = seededRandom(seed)
    const values = new Set<string>()
    for (let tries = 0; values.size < count && tries < count * 10; tries++) values.add(make(random))
    for (const value of values) found.push({ family, value })
  }
  return found
}
