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

/** Draws only the rows in view; `j` and `k` walk through all of them by focusing the link or button in each. */
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
  useWalk(ref, count, (index) => virtual.scrollToIndex(index, { align: 'auto' }))

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

/** A row that is scrolled to is drawn a few frames later; after so many it never will be. */
const frames_max = 20

/** `j` and `k` move the focus from row to row, scrolling to what is not drawn yet. */
function useWalk(
  ref: RefObject<HTMLDivElement | null>,
  count: number,
  scrollTo: (index: number) => void,
): void {
  /** Where the focus is about to go: keys may be pressed faster than rows are drawn. */
  const target = useRef<number>(undefined)
  const focus = (index: number, frames: number) => {
    if (target.current !== index) return
    const link = ref.current?.querySelector<HTMLElement>(`[data-index="${index}"] :is(a, button)`)
    if (link || frames === 0) target.current = undefined
    if (link) link.focus({ preventScroll: true })
    else requestAnimationFrame(() => focus(index, frames - 1))
  }
  const walk = (step: number) => {
    const row = document.activeElement?.closest('[data-index]')
    const at = target.current ?? Number(row?.getAttribute('data-index') ?? -1)
    const next = Math.max(0, Math.min(count - 1, at + step))
    target.current = next
    scrollTo(next)
    focus(next, frames_max)
  }
  useKeys({ j: () => walk(1), k: () => walk(-1) })
}
