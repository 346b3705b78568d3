import { type ReactNode, useLayoutEffect, useRef } from 'react'

type Props = {
  /** What is inside, for who cannot see it. */
  readonly label: string
  readonly className: string
  readonly children: ReactNode
}

/** Some of the text before a mark, so that it is read in its place. */
const before_mark_px = 64

/** Content that may be longer than its box; a keyboard can reach and scroll it. It opens at its first mark. */
export function ScrollBox({ label, className, children }: Props) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const mark = box.current?.querySelector('mark')
    if (!box.current || !mark) return
    const below_px = mark.getBoundingClientRect().top - box.current.getBoundingClientRect().top
    if (below_px > box.current.clientHeight - before_mark_px) {
      box.current.scrollTop = below_px - before_mark_px
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useSemanticElements: no part of a form
    <div
      ref={box}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className={`overflow-auto ${className}`}
    >
      {children}
    </div>
  )
}
