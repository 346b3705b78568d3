import { useMemo } from 'react'
import type { Overview } from '#model/overview.ts'
import { Chart } from '../../chart/chart.tsx'
import type { ChartSeries } from '../../chart/options.ts'
import { latencyChartData, newest, trafficChartData } from '../../format/chart-data.ts'
import { micros, rate, whole } from '../../format/number.ts'
import { words } from '../../words.ts'

const text = words.overview

type Props = { readonly overview: Overview }

const perSecond = (value: number | null | undefined) => rate(value ?? 0)

/** Requests a second, stacked: blocked at the bottom, where its shape can be read. */
export function TrafficChart({ overview }: Props) {
  const { at_s, series } = useMemo(() => {
    const data = trafficChartData(overview)
    const series: readonly ChartSeries[] = [
      {
        label: text.allowed,
        colour: '--chart-allowed',
        values: data.allowed,
        stacked: data.stack[0],
      },
      {
        label: text.monitored,
        colour: '--chart-monitored',
        values: data.monitored,
        stacked: data.stack[1],
      },
      {
        label: text.blocked,
        colour: '--chart-blocked',
        values: data.blocked,
        stacked: data.stack[2],
      },
    ]
    return { at_s: data.at_s, series }
  }, [overview])
  const { requests, blocked, monitored } = overview.totals
  const summary = `${text.traffic_chart}: ${whole(requests)} ${text.requests}, ${whole(blocked)} ${text.blocked}, ${whole(monitored)} ${text.monitored}`
  return (
    <Chart
      title={text.traffic_chart}
      summary={summary}
      at_s={at_s}
      series={series}
      format={perSecond}
    />
  )
}

export function LatencyChart({ overview }: Props) {
  const { at_s, series } = useMemo(() => {
    const data = latencyChartData(overview)
    const series: readonly ChartSeries[] = [
      { label: text.p50_series, colour: '--chart-p50', values: data.p50 },
      { label: text.p99_series, colour: '--chart-p99', values: data.p99 },
    ]
    return { at_s: data.at_s, series }
  }, [overview])
  const now = series.map((one) => `${one.label} ${micros(newest(one.values))}`)
  const summary = `${text.latency_chart}: ${now.join(', ')}`
  return (
    <Chart
      title={text.latency_chart}
      summary={summary}
      at_s={at_s}
      series={series}
      format={micros}
    />
  )
}
