import type { ReactNode } from 'react'

type Props = {
  /** What is inside, for who cannot see it. */
  readonly label: string
  readonly className: string
  readonly children: ReactNode
}

/** Content that may be longer than its box; a keyboard can reach and scroll it. */
export function ScrollBox({ label, className, children }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no part of a form
    <div
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
