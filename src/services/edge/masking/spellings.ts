/** How else a secret may be written by who quotes it. */
import { spelling_length_max } from './echoes.ts'
import { percentDecoded } from './places.ts'

/**
 * Shorter ones are masked where they stand but not looked for elsewhere: they would be found
 * everywhere.
 */
const echo_length_min = 4

export type Spellings = {
  readonly spellings: ReadonlySet<string>
  /** False when there are more than can be told. */
  readonly is_complete: boolean
}

/** Decoded, encoded, in upper and lower case, and its words. */
export function spellingsOf(whole: string): Spellings {
  // One more than is kept, so that the cut shows.
  const raw = whole.slice(0, spelling_length_max + 1)
  const plain = percentDecoded(raw)
  const words = pieces(plain)
  const written = new Set([
    raw,
    raw.trim(),
    plain,
    plain.trim(),
    percentDecoded(plain),
    unescaped(raw),
    ...words.slice(0, pieces_max),
  ])
  const spellings = new Set<string>()
  for (const text of written) {
    if (text.length < echo_length_min) continue
    spellings.add(text)
    spellings.add(text.toLowerCase())
    spellings.add(text.toUpperCase())
    spellings.add(percentEncoded(text))
  }
  const is_cut = whole.length > raw.length && words.length > 0
  return { spellings, is_complete: !is_cut && words.length <= pieces_max }
}

/** A secret of more words counts as one of which not every spelling is known. */
const pieces_max = 200

/**
 * The words in a secret that is more than a word: a list, an object, a sentence. A rule may quote
 * any of them.
 */
function pieces(text: string): string[] {
  if (!/[\s"',:{}[\]<>&=;?#\\]/.test(text)) return []
  return text.split(/[\s"',:{}[\]<>&=;?#\\]+/).filter((piece) => piece.length >= 6)
}

/** JSON's escapes undone (RFC 8259, section 7), bytes of UTF-8 as characters. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex, single) => {
    if (hex !== undefined)
      return Buffer.from(String.fromCharCode(Number.parseInt(hex, 16)), 'utf8').toString('latin1')
    return (
      ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' } as Record<string, string>)[single] ?? single
    )
  })
}

function percentEncoded(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    out += /[A-Za-z0-9_.~-]/.test(c)
      ? c
      : `%${text.charCodeAt(i).toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
