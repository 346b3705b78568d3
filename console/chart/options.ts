/** How our charts look, in uPlot's words. */
import type uPlot from 'uplot'
import { axisTime } from '../format/time.ts'

export type ChartSeries = {
  readonly label: string
  readonly colour:
    | '--chart-allowed'
    | '--chart-monitored'
    | '--chart-blocked'
    | '--chart-p50'
    | '--chart-p99'
  /** What legend and table show. */
  readonly values: readonly (number | null)[]
  /** What is drawn when it is not `values`: the sum from the axis up. Filled, so that what comes later covers it. */
  readonly stacked?: readonly number[]
}

export type PlotInput = {
  readonly at_s: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly format: (value: number | null | undefined) => string
}

type Colour = (name: `--${string}`) => string

const font =
  '11px Inter, "Segoe UI", -apple-system, Roboto, Cantarell, "Noto Sans", "Liberation Sans", sans-serif'

export function plotOptions(
  input: PlotInput,
  size: { width: number; height: number },
  colour: Colour,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const ink = colour('--ink-3')
  const line = colour('--line')
  return {
    ...size,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      {
        stroke: ink,
        font,
        size: 28,
        space: 64,
        grid: { show: false },
        ticks: { stroke: line, width: 1, size: 4 },
        values: (_plot, splits, _axis, _space, step_s) =>
          splits.map((s) => axisTime(new Date(s * 1000), step_s)),
      },
      {
        stroke: ink,
        font,
        size: 52,
        space: 36,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_plot, splits) => splits.map((v) => input.format(v)),
      },
    ],
    series: [{}, ...input.series.map((one) => seriesOptions(one, colour))],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  }
}

function seriesOptions(one: ChartSeries, colour: Colour): uPlot.Series {
  const stroke = colour(one.colour)
  return {
    label: one.label,
    stroke,
    width: one.stacked ? 1 : 1.5,
    // A line needs two points; one that stands alone is shown as a point.
    points: one.stacked ? { show: false } : { show: true, size: 4, fill: stroke, filter: lonely },
    ...(one.stacked ? { fill: stroke } : {}),
  }
}

export function plotData(input: PlotInput): uPlot.AlignedData {
  const drawn = input.series.map((one) => [...(one.stacked ?? one.values)])
  return [[...input.at_s], ...drawn]
}

/** Values without a neighbour on either side. */
const lonely: uPlot.Series.Points.Filter = (plot, series) => {
  const values = plot.data[series] ?? []
  const known = (i: number) => values[i] !== null && values[i] !== undefined
  return Array.from(values.keys()).filter((i) => known(i) && !known(i - 1) && !known(i + 1))
}
