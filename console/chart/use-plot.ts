import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react'
import UPlot from 'uplot'
import { onThemeChange } from '../theme.ts'
import { type PlotInput, plotData, plotOptions } from './options.ts'
import { colours } from './palette.ts'

type Input = PlotInput & {
  readonly onCursor: (index: number | null) => void
  /** Nothing to draw into now. */
  readonly is_off: boolean
}

/** Draws into `box`, follows its size and the theme, and takes new data without starting over. */
export function usePlot(box: RefObject<HTMLDivElement | null>, input: Input): void {
  const plot = useRef<UPlot>(undefined)
  const [theme, setTheme] = useState(0)
  useEffect(() => onThemeChange(() => setTheme((n) => n + 1)), [])

  const make = useEffectEvent((element: HTMLDivElement) => {
    const size = { width: element.clientWidth, height: element.clientHeight }
    const options = plotOptions(input, size, colours(element), input.onCursor)
    return new UPlot(options, plotData(input), element)
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme needs new colours
  useEffect(() => {
    const element = box.current
    if (!element || input.is_off) return
    const made = make(element)
    plot.current = made
    const resize = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight }),
    )
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [box, theme, input.is_off])

  const data = useEffectEvent(() => plot.current?.setData(plotData(input)))
  // biome-ignore lint/correctness/useExhaustiveDependencies: only new numbers are drawn again
  useEffect(() => {
    data()
  }, [input.at_s, input.series])
}
