import { fullTime } from '../format/time.ts'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { words } from '../words.ts'
import type { PlotInput } from './options.ts'

/** The chart's numbers, newest first. */
export function ChartTable({
  title,
  at_s,
  series,
  format,
}: PlotInput & { readonly title: string }) {
  const rows = at_s.map((s, i) => ({ s, i })).reverse()
  return (
    <ScrollBox label={title} className="h-60">
      <table className="w-full text-right text-sm">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-surface">
          <tr className="label">
            <th scope="col" className="py-1 text-left font-normal">
              {words.overview.time}
            </th>
            {series.map((one) => (
              <th key={one.label} scope="col" className="py-1 pl-3 font-normal">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ s, i }) => (
            <tr key={s} className="border-line border-t">
              <th scope="row" className="whitespace-nowrap py-0.5 text-left font-normal">
                {fullTime(new Date(s * 1000))}
              </th>
              {series.map((one) => (
                <td key={one.label} className="pl-3">
                  {format(one.values[i])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
