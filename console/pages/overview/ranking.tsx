import { Link } from '@tanstack/react-router'
import { formatAttackQuery, type QueryKey } from '#model/attack-query.ts'
import { compact } from '../../format/number.ts'
import type { Range } from '../../queries.ts'
import { words } from '../../words.ts'

type Row = {
  readonly key: string
  readonly label?: string
  readonly hits: number
  readonly blocked: number
}
type Props = {
  readonly title: string
  readonly rows: readonly Row[]
  readonly filter: QueryKey
  readonly range: Range
}

const shown_max = 8

/** The most frequent, each with a bar: dark is blocked, light is not. A row leads to its attacks. */
export function Ranking({ title, rows, filter, range }: Props) {
  const most = Math.max(1, ...rows.map((row) => row.hits))
  return (
    <section aria-label={title} className="panel p-4">
      <h2 className="mb-2 font-semibold">{title}</h2>
      {rows.length === 0 && <p className="text-ink-3">{words.overview.nothing}</p>}
      <ol>
        {rows.slice(0, shown_max).map((row) => (
          <li key={row.key}>
            <Link
              to="/attacks"
              search={{ q: searchFor(filter, row.key, range) }}
              className="touch -mx-2 block rounded-md px-2 py-1.5 hover:bg-hover"
            >
              <span className="flex items-baseline gap-3">
                <span className={`min-w-0 truncate ${row.label ? '' : 'font-mono text-sm'}`}>
                  {row.label ?? row.key}
                </span>
                <span className="ml-auto shrink-0 text-ink-2">
                  {compact(row.hits)}
                  <span className="sr-only">
                    {` ${words.attacks.columns.hits}, ${compact(row.blocked)} ${words.overview.blocked}`}
                  </span>
                </span>
              </span>
              <span
                aria-hidden="true"
                className="mt-1 flex h-1 overflow-hidden rounded-full bg-sunken"
              >
                <span
                  className="bg-chart-blocked"
                  style={{ width: `${(row.blocked / most) * 100}%` }}
                />
                <span
                  className="bg-chart-monitored"
                  style={{ width: `${((row.hits - row.blocked) / most) * 100}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  )
}

function searchFor(key: QueryKey, value: string, range: Range): string {
  return formatAttackQuery([
    { key, value },
    { key: 'last', value: range },
  ])
}
