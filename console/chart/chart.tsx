/** A time chart: uPlot on a canvas, our own legend that follows the cursor, and a table with the same numbers. */
import { useRef, useState } from 'react'
import { fullTime } from '../format/time.ts'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { ChartTable } from './chart-table.tsx'
import type { ChartSeries } from './options.ts'
import { usePlot } from './use-plot.ts'

type Props = {
  readonly title: string
  /** What the chart shows, in a sentence for who cannot see it. */
  readonly summary: string
  readonly at_s: readonly number[]
  readonly series: readonly ChartSeries[]
  /** Writes a value with its unit. */
  readonly format: (value: number | null | undefined) => string
}

export function Chart({ title, summary, at_s, series, format }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const [is_table, setTable] = useState(false)
  const [at, setAt] = useState<number | null>(null)
  usePlot(box, { at_s, series, format, onCursor: setAt, is_off: is_table })
  const shown = at !== null && at < at_s.length ? at : undefined
  return (
    <section className="panel flex min-w-0 flex-col p-4" aria-label={title}>
      <header className="mb-1 flex items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        <button
          type="button"
          aria-pressed={is_table}
          aria-label={`${title}: ${words.show_table}`}
          title={is_table ? words.show_chart : words.show_table}
          onClick={() => setTable(!is_table)}
          className="-my-1 -mr-1.5 grid size-8 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
        >
          <Icon name={is_table ? 'chart' : 'table'} />
        </button>
      </header>
      {is_table ? (
        <ChartTable title={title} at_s={at_s} series={series} format={format} />
      ) : (
        <>
          <div ref={box} role="img" aria-label={summary} className="h-52 overflow-hidden" />
          <Legend series={series} at_s={at_s} at={shown} format={format} />
        </>
      )}
    </section>
  )
}

type LegendProps = Pick<Props, 'series' | 'format' | 'at_s'> & { readonly at: number | undefined }

function Legend({ series, at_s, at, format }: LegendProps) {
  return (
    <ul className="mt-2 flex min-h-5 flex-wrap gap-x-4 gap-y-1 text-ink-2 text-xs">
      {series.map((one) => (
        <li key={one.label} className="flex items-center gap-1.5">
          <Swatch colour={one.colour} />
          {one.label}
          {at !== undefined && (
            <span className="font-medium text-ink">{format(one.values[at])}</span>
          )}
        </li>
      ))}
      {at !== undefined && (
        <li className="ml-auto text-ink-3">{fullTime(new Date((at_s[at] ?? 0) * 1000))}</li>
      )}
    </ul>
  )
}

const swatches: Readonly<Record<ChartSeries['colour'], string>> = {
  '--chart-allowed': 'bg-chart-allowed',
  '--chart-monitored': 'bg-chart-monitored',
  '--chart-blocked': 'bg-chart-blocked',
  '--chart-p50': 'bg-chart-p50',
  '--chart-p99': 'bg-chart-p99',
}

function Swatch({ colour }: { readonly colour: ChartSeries['colour'] }) {
  return <span aria-hidden="true" className={`size-2.5 rounded-xs ${swatches[colour]}`} />
}
