import { pieces } from '../format/highlight.ts'

type Props = {
  readonly text: string
  readonly ranges: readonly { readonly start: number; readonly end: number }[]
}

/** Text with its payload marked. Text only, always: what an attacker wrote never becomes markup. */
export function Marked({ text, ranges }: Props) {
  let at = 0
  return pieces(text, ranges).map((piece) => {
    const key = at
    at += piece.text.length
    return piece.is_marked ? <mark key={key}>{piece.text}</mark> : piece.text
  })
}
