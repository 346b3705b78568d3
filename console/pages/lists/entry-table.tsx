import type { ListKind } from '#model/ip-list.ts'
import type { ListedEntry } from '../../queries/lists.ts'
import { Button } from '../../ui/button.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { State, type Tone } from '../../ui/state.tsx'
import { useIsWide } from '../../ui/use-is-wide.ts'
import { When } from '../../ui/when.tsx'
import { listWords as text } from '../../words/lists.ts'

type Props = {
  readonly entries: readonly ListedEntry[]
  /** Left out for who may not. */
  readonly onRemove?: (entry: ListedEntry) => void
}

const looks = {
  allow: { tone: 'good', icon: 'check' },
  deny: { tone: 'bad', icon: 'blocked' },
  gray: { tone: 'warning', icon: 'monitored' },
} as const satisfies Record<ListKind, { tone: Tone; icon: IconName }>

const columns = ['network', 'kind', 'site', 'reason', 'origin', 'since', 'ends'] as const
const cell = 'border-line border-b px-3 py-2 align-middle'

/** Entries, newest first: a table where there is room, cards where not. */
export function EntryTable(props: Props) {
  return useIsWide() ? <Table {...props} /> : <Cards {...props} />
}

function Table({ entries, onRemove }: Props) {
  return (
    <div className="panel overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">{text.title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                className="label border-line border-b px-3 py-2 font-medium"
              >
                {text.columns[column]}
              </th>
            ))}
            {onRemove && (
              <td className="border-line border-b">
                <span className="sr-only">{text.remove}</span>
              </td>
            )}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id} className="hover:bg-hover">
              <td className={`${cell} font-mono text-sm`}>{entry.network}</td>
              <td className={cell}>
                <KindState kind={entry.kind} />
              </td>
              <td className={`${cell} text-sm`}>{entry.site || text.all_sites}</td>
              <td className={`${cell} break-words text-sm`}>{entry.reason}</td>
              <td className={`${cell} text-sm`}>
                <Origin entry={entry} />
              </td>
              <td className={`${cell} text-ink-2 text-sm`}>
                <When at={entry.created_at} />
              </td>
              <td className={`${cell} text-sm`}>
                <Ends entry={entry} />
              </td>
              {onRemove && (
                <td className={`${cell} text-right`}>
                  <Remove entry={entry} onRemove={onRemove} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cards({ entries, onRemove }: Props) {
  return (
    <ul className="flex flex-col gap-2">
      {entries.map((entry) => (
        <li key={entry.id} className="panel px-3 py-2.5">
          <div className="flex items-start justify-between gap-3">
            <div className="min-w-0">
              <p className="break-all font-mono">{entry.network}</p>
              <KindState kind={entry.kind} />
            </div>
            {onRemove && <Remove entry={entry} onRemove={onRemove} />}
          </div>
          <p className="break-words text-sm">{entry.reason}</p>
          <p className="label">
            {entry.site || text.all_sites} · <Origin entry={entry} /> ·{' '}
            <When at={entry.created_at} /> – <Ends entry={entry} />
          </p>
        </li>
      ))}
    </ul>
  )
}

function KindState({ kind }: { readonly kind: ListKind }) {
  return <State {...looks[kind]} word={text.kinds[kind]} title={text.kind_text[kind]} />
}

function Origin({ entry }: { readonly entry: ListedEntry }) {
  const origin = text.origins[entry.origin] ?? entry.origin
  return entry.created_by === '' ? origin : `${origin}, ${entry.created_by}`
}

function Ends({ entry }: { readonly entry: ListedEntry }) {
  if (entry.ended_at) {
    return (
      <span className="text-ink-2">
        {text.ended} <When at={entry.ended_at} /> {entry.ended_by && text.ended_by(entry.ended_by)}
      </span>
    )
  }
  return entry.expires_at ? <When at={entry.expires_at} /> : text.never
}

type RemoveProps = {
  readonly entry: ListedEntry
  readonly onRemove: (entry: ListedEntry) => void
}

function Remove({ entry, onRemove }: RemoveProps) {
  if (entry.ended_at) return null
  return (
    <Button
      look="quiet"
      aria-label={text.remove_one(entry.network)}
      onClick={() => onRemove(entry)}
    >
      <Icon name="trash" size={14} />
    </Button>
  )
}
