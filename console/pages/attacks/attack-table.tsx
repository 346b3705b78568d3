import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table'
import type { Attack } from '#model/attack.ts'
import { words } from '../../words.ts'
import { ActionCell, ClientCell, HitsCell, LastCell, PayloadCell, TypeCell } from './cells.tsx'
import type { Rows } from './use-rows.ts'

const features = tableFeatures({})
const column = createColumnHelper<typeof features, Attack>()
const { columns: text } = words.attacks

const columns = column.columns([
  column.accessor('last_at', {
    header: text.last,
    cell: (c) => <LastCell attack={c.row.original} />,
  }),
  column.accessor('attack_type', {
    header: text.attack,
    cell: (c) => <TypeCell attack={c.row.original} />,
  }),
  column.accessor('value', {
    header: text.payload,
    cell: (c) => <PayloadCell attack={c.row.original} />,
  }),
  column.accessor('client', {
    header: text.client,
    cell: (c) => <ClientCell attack={c.row.original} />,
  }),
  column.accessor('hits', { header: text.hits, cell: (c) => <HitsCell attack={c.row.original} /> }),
  column.accessor('blocked', {
    header: text.action,
    cell: (c) => <ActionCell attack={c.row.original} />,
  }),
])

const widths: Readonly<Record<string, string>> = {
  last_at: 'w-28',
  attack_type: 'w-54',
  client: 'w-40',
  hits: 'w-16 text-right',
  blocked: 'w-38',
}

type Props = {
  readonly attacks: readonly Attack[]
  readonly rows: Rows
  /** All of them are here. */
  readonly is_whole: boolean
}

export function AttackTable({ attacks, rows, is_whole }: Props) {
  const table = useTable({ features, columns, data: attacks, getRowId: (attack) => attack.id })
  const all = table.getRowModel().rows
  return (
    <div ref={rows.ref} className="panel">
      <table
        aria-rowcount={is_whole ? all.length + 1 : -1}
        className="w-full table-fixed border-separate border-spacing-0 text-left"
      >
        <caption className="sr-only">{words.attacks.title}</caption>
        <thead className="sticky top-0 z-[5]">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  aria-sort={header.id === 'last_at' ? 'descending' : undefined}
                  className={`label border-line border-b bg-surface px-3 py-2 font-medium first:rounded-tl-lg last:rounded-tr-lg ${widths[header.id] ?? ''}`}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Space height_px={rows.before_px} />
          {rows.drawn.map(({ index }) => {
            const row = all[index]
            if (!row) return null
            return (
              <tr
                key={row.id}
                data-index={index}
                ref={rows.measure}
                aria-rowindex={index + 2}
                className="group relative focus-within:bg-accent-soft hover:bg-hover"
              >
                {row.getAllCells().map((cell) => (
                  <td
                    key={cell.id}
                    className={`h-13 border-line border-b px-3 py-1 align-middle ${widths[cell.column.id] ?? ''}`}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            )
          })}
          <Space height_px={rows.after_px} />
        </tbody>
      </table>
    </div>
  )
}

function Space({ height_px }: { readonly height_px: number }) {
  if (height_px <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without content cannot be focused
    <tr aria-hidden="true">
      <td colSpan={columns.length} style={{ height: height_px }} />
    </tr>
  )
}
