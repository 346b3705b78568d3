/** Text cut into pieces so that a page can mark some of them; offsets are JavaScript string offsets. */

export type Piece = { readonly text: string; readonly is_marked: boolean }
type Range = { readonly start: number; readonly end: number }

/** The pieces of `text` in order; ranges may overlap, be unsorted or lie outside. Nothing of the text is lost. */
export function pieces(text: string, ranges: readonly Range[]): readonly Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const { start, end } of merged(ranges, text.length)) {
    if (start > at) found.push({ text: text.slice(at, start), is_marked: false })
    found.push({ text: text.slice(start, end), is_marked: true })
    at = end
  }
  if (at < text.length || found.length === 0) found.push({ text: text.slice(at), is_marked: false })
  return found
}

function merged(ranges: readonly Range[], length: number): readonly Range[] {
  const inside = ranges
    .map(({ start, end }) => ({ start, end: Math.min(end, length) }))
    .filter(({ start, end }) => start >= 0 && end > start)
    .sort((a, b) => a.start - b.start)
  const result: { start: number; end: number }[] = []
  for (const range of inside) {
    const last = result.at(-1)
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end)
    else result.push({ ...range })
  }
  return result
}
