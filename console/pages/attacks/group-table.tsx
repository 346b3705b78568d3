import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useState } from 'react'
import type { AttackGroup } from '#model/attack.ts'
import { whole } from '../../format/number.ts'
import type { GroupBy } from '../../queries.ts'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
const helper = createColumnHelper<typeof features, AttackGroup>()
const { columns: text } = words.attacks

const columns = helper.columns([
  helper.accessor('key', { header: '', enableSorting: false }),
  helper.accessor('attacks', { header: text.attacks, cell: (c) => whole(c.getValue()) }),
  helper.accessor('hits', { header: text.hits, cell: (c) => whole(c.getValue()) }),
  helper.accessor('blocked', { header: text.blocked, cell: (c) => whole(c.getValue()) }),
  helper.accessor('last_at', { header: text.last, cell: (c) => <When at={c.getValue()} /> }),
])

/** On a phone the two that matter stay. */
const looks: Readonly<Record<string, string>> = {
  key: 'w-full max-w-0',
  attacks: 'min-w-28 text-right max-sm:hidden',
  hits: 'text-right sm:min-w-28',
  blocked: 'text-right sm:min-w-28',
  last_at: 'min-w-40 text-right max-sm:hidden',
}

type Props = {
  readonly groups: AttackGroup[]
  readonly by: GroupBy
  readonly labelOf: (key: string) => string
  readonly onOpen: (key: string) => void
}

export function GroupTable({ groups, by, labelOf, onOpen }: Props) {
  const [sorting, onSortingChange] = useState([{ id: 'hits', desc: true }])
  const table = useTable({
    features,
    columns,
    data: groups,
    getRowId: (group) => group.key,
    state: { sorting },
    onSortingChange,
    enableSortingRemoval: false,
  })
  return (
    <div className="panel">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">
          {words.attacks.title}: {words.attacks.group} {words.attacks.groups[by]}
        </caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column }) => (
                <Header
                  key={id}
                  label={id === 'key' ? words.attacks.groups[by] : headerText(id)}
                  look={looks[id] ?? ''}
                  sorted={column.getIsSorted()}
                  {...(id === 'key' ? {} : { onSort: () => column.toggleSorting() })}
                />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className="relative focus-within:bg-accent-soft hover:bg-hover">
              {row.getAllCells().map((cell) => (
                <td
                  key={cell.id}
                  className={`h-11 whitespace-nowrap border-line border-t px-3 ${looks[cell.column.id] ?? ''}`}
                >
                  {cell.column.id === 'key' ? (
                    <button
                      type="button"
                      onClick={() => onOpen(row.original.key)}
                      className={`block max-w-full truncate text-left after:absolute after:inset-0 ${by === 'type' ? 'font-medium' : 'font-mono text-sm'}`}
                    >
                      {by === 'type' ? labelOf(row.original.key) : row.original.key}
                    </button>
                  ) : (
                    <table.FlexRender cell={cell} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function headerText(id: string): string {
  if (id === 'attacks') return text.attacks
  if (id === 'hits') return text.hits
  return id === 'blocked' ? text.blocked : text.last
}

type HeaderProps = {
  readonly label: string
  readonly look: string
  readonly sorted: false | 'asc' | 'desc'
  readonly onSort?: () => void
}

function Header({ label, look, sorted, onSort }: HeaderProps) {
  const sort = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'
  return (
    <th
      scope="col"
      {...(onSort ? { 'aria-sort': sort } : {})}
      className={`label px-3 py-2 font-medium ${look}`}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className="inline-flex items-center gap-1 whitespace-nowrap hover:text-ink"
        >
          <span className={sorted ? '' : 'opacity-0'}>
            <Icon name={sorted === 'asc' ? 'up' : 'down'} size={12} />
          </span>
          {label}
        </button>
      ) : (
        label
      )}
    </th>
  )
}
