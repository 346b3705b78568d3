import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { useKeys } from '../../shell/use-keys.ts'

/** Room for what sticks to the top of the window. */
const sticky_px = 56

export type Rows = {
  /** Goes on the element that holds the rows. */
  readonly ref: RefObject<HTMLDivElement | null>
  /** The rows to draw. */
  readonly drawn: readonly { readonly index: number }[]
  /** Empty space that stands for the rows before and after. */
  readonly before_px: number
  readonly after_px: number
  /** Index of the last drawn row. */
  readonly last: number
  /** Goes on each row, which must also have `data-index`. */
  readonly measure: (element: Element | null) => void
}

/** Draws only the rows in view; `j` and `k` walk through all of them by focusing the link in each. */
export function useRows(count: number, row_px: number): Rows {
  const ref = useRef<HTMLDivElement>(null)
  const [top_px, setTop] = useState(0)
  useLayoutEffect(() => {
    if (ref.current) setTop(ref.current.getBoundingClientRect().top + scrollY)
  }, [])
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => row_px,
    overscan: 12,
    scrollMargin: top_px,
    scrollPaddingStart: sticky_px,
    scrollPaddingEnd: sticky_px,
  })
  const walk = (step: number) => {
    const focused = document.activeElement?.closest('[data-index]')?.getAttribute('data-index')
    const at = focused === null || focused === undefined ? -1 : Number(focused)
    const next = Math.max(0, Math.min(count - 1, at + step))
    virtual.scrollToIndex(next, { align: 'auto' })
    const focus = () =>
      ref.current
        ?.querySelector<HTMLElement>(`[data-index="${next}"] a`)
        ?.focus({ preventScroll: true })
    // The row may be drawn only after the scroll has been seen.
    focus()
    requestAnimationFrame(() => requestAnimationFrame(focus))
  }
  useKeys({ j: () => walk(1), k: () => walk(-1) })

  const items = virtual.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  return {
    ref,
    drawn: items,
    before_px: first ? first.start - top_px : 0,
    after_px: last ? virtual.getTotalSize() - (last.end - top_px) : 0,
    last: last?.index ?? -1,
    measure: virtual.measureElement,
  }
}
