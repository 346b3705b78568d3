/** Known secrets, found again wherever a text quotes them, wholly or cut short. */
import type { Range } from './shape.ts'

export type Echoes = {
  /**
   * Not every secret is known: no text that may quote one can be told from a text that does not.
   */
  isFull(): boolean
  declareFull(): void
  /** A spelling, at most `spelling_length_max` characters; a longer one is cut. */
  add(spelling: string): void
  /** Where any of them stands. Costs a few steps for each character, whatever was added. */
  ranges(text: string): readonly Range[]
}

const spellings_max = 2000
export const spelling_length_max = 4096
/** A secret is recognised by its beginning: whoever quotes it may have cut it. */
const depth_max = 24
/** Secrets that begin alike. */
const tails_max = 16
/** For each character of a text; honest texts take little more than one. */
const steps_per_character = 8

type Tail = { readonly text: string; readonly is_cut: boolean }

export function createEchoes(): Echoes {
  const known = new Set<string>()
  /** Node and byte to node; the root is 0. */
  const trie = new Map<number, number>()
  /** What follows the beginning that ends in a node. */
  const ends: (Tail[] | undefined)[] = [undefined]
  const beginnings = new Uint8Array(65_536)
  let is_full = false

  function add(raw: string): void {
    const is_cut = raw.length > spelling_length_max
    const spelling = is_cut ? raw.slice(0, spelling_length_max) : raw
    if (is_full || known.has(spelling) || !isBytes(spelling)) return
    if (known.size >= spellings_max) {
      is_full = true
      return
    }
    known.add(spelling)
    beginnings[spelling.charCodeAt(0) * 256 + spelling.charCodeAt(1)] = 1
    const depth = Math.min(spelling.length, depth_max)
    let node = 0
    for (let i = 0; i < depth; i++) {
      const key = node * 256 + spelling.charCodeAt(i)
      let next = trie.get(key)
      if (next === undefined) {
        next = ends.push(undefined) - 1
        trie.set(key, next)
      }
      node = next
    }
    const tails = ends[node] ?? []
    ends[node] = tails
    if (tails.length < tails_max) tails.push({ text: spelling.slice(depth), is_cut })
    else is_full = true
  }

  function ranges(text: string): readonly Range[] {
    const out: Range[] = []
    if (known.size === 0) return out
    let steps = text.length * steps_per_character + 1000
    for (let i = 0; i + 1 < text.length; i++) {
      if (beginnings[text.charCodeAt(i) * 256 + text.charCodeAt(i + 1)] !== 1) continue
      let end = 0
      let node: number | undefined = 0
      for (let k = i; k < text.length; k++) {
        const c = text.charCodeAt(k)
        steps--
        node = c > 255 ? undefined : trie.get(node * 256 + c)
        if (node === undefined) break
        for (const tail of ends[node] ?? []) {
          const stop = agreesUntil(text, k + 1, tail.text, steps)
          steps -= stop - k
          const is_all = tail.is_cut && stop === k + 1 + tail.text.length
          end = Math.max(end, is_all ? text.length : stop)
        }
      }
      if (end > i) out.push([i, end])
      if (end === text.length) break
      if (steps <= 0) {
        // Made to cost: too much is masked.
        out.push([i, text.length])
        break
      }
    }
    return out
  }

  return {
    isFull: () => is_full,
    declareFull() {
      is_full = true
    },
    add,
    ranges,
  }
}

function agreesUntil(text: string, from: number, tail: string, steps: number): number {
  const length = Math.min(tail.length, text.length - from, Math.max(0, steps))
  let i = 0
  while (i < length && text.charCodeAt(from + i) === tail.charCodeAt(i)) i++
  return from + i
}

/** Upper-casing may leave Latin-1; nothing the request holds is spelled so. */
function isBytes(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false
  return true
}
