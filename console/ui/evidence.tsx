import type { ReactNode } from 'react'
import { ScrollBox } from './scroll-box.tsx'

type Props = {
  /** What is inside, for who cannot see it. */
  readonly label: string
  readonly text: string
  /** The text with its marks; the text itself when left out. */
  readonly children?: ReactNode
}

/** From about this many characters on a text is longer than the box is high. */
const long = 500

/** A text an attacker or a rule wrote, in a box of its own; it scrolls when it is long. */
export function Evidence({ label, text, children = text }: Props) {
  const look = 'evidence mt-1 rounded-md bg-sunken px-2.5 py-1.5'
  if (text.length < long && text.split('\n').length < 8) return <p className={look}>{children}</p>
  return (
    <ScrollBox label={label} className={`max-h-48 ${look}`}>
      {children}
    </ScrollBox>
  )
}
