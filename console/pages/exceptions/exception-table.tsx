import { type ReactNode, useMemo } from 'react'
import { Empty } from '../../ui/empty.tsx'
import { lineClass } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { State } from '../../ui/state.tsx'
import { useIsWide } from '../../ui/use-is-wide.ts'
import { When } from '../../ui/when.tsx'
import { ruleWords as text } from '../../words/rules.ts'
import { type Rows, useRows } from '../attacks/use-rows.ts'
import type { ExceptionText } from '../policy/document.ts'
import { fits, whatWords, whereWords } from './exception-words.ts'

type Props = {
  readonly exceptions: readonly ExceptionText[]
  readonly q: string
  readonly onSearch: (q: string) => void
  /** Called with the place in `exceptions`. */
  readonly onOpen: (at: number) => void
  readonly has_error?: (at: number) => boolean
  /** Beside the search. */
  readonly children?: ReactNode
}

type Row = { readonly at: number; readonly exception: ExceptionText }

/** Any number of exceptions: searched as one types, drawn as one scrolls. */
export function ExceptionTable(props: Props) {
  const { exceptions, q, onSearch, onOpen, has_error, children } = props
  const found = useMemo(
    () =>
      exceptions.flatMap((exception, at): Row[] => (fits(exception, q) ? [{ at, exception }] : [])),
    [exceptions, q],
  )
  const is_wide = useIsWide()
  const rows = useRows(found.length, is_wide ? 53 : 108)
  return (
    <>
      <search className="mb-3 flex flex-wrap items-center gap-3">
        <input
          type="search"
          aria-label={text.search}
          placeholder={text.search_placeholder}
          value={q}
          onChange={(event) => onSearch(event.target.value)}
          className={`${lineClass} max-w-md`}
        />
        <p role="status" className="text-ink-2 text-sm">
          {text.shown(found.length, exceptions.length)}
        </p>
        <div className="ml-auto flex gap-2">{children}</div>
      </search>
      {exceptions.length > 0 && found.length === 0 && (
        <Empty icon="search" title={text.none_fits} text={text.none_fits_text} />
      )}
      {found.length > 0 &&
        (is_wide ? (
          <Table found={found} rows={rows} onOpen={onOpen} has_error={has_error} />
        ) : (
          <Cards found={found} rows={rows} onOpen={onOpen} has_error={has_error} />
        ))}
    </>
  )
}

type ListProps = {
  readonly found: readonly Row[]
  readonly rows: Rows
  readonly onOpen: (at: number) => void
  readonly has_error: ((at: number) => boolean) | undefined
}

const cell = 'h-13 border-line border-b px-3 py-1 align-middle'
const columns = ['name', 'where', 'what', 'ends', 'reason'] as const
const widths = { name: 'w-52', where: 'w-52', what: '', ends: 'w-28', reason: 'w-56' } as const

function Table({ found, rows, onOpen, has_error }: ListProps) {
  return (
    <div ref={rows.ref} className="panel">
      <table
        aria-rowcount={found.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-left"
      >
        <caption className="sr-only">{text.exceptions}</caption>
        <thead className="sticky top-0 z-[5]">
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                className={`label border-line border-b bg-surface px-3 py-2 font-medium first:rounded-tl-lg last:rounded-tr-lg ${widths[column]}`}
              >
                {text.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height_px={rows.before_px} />
          {rows.drawn.map(({ index }) => {
            const row = found[index]
            if (!row) return null
            const { exception, at } = row
            return (
              <tr
                key={at}
                data-index={index}
                ref={rows.measure}
                aria-rowindex={index + 2}
                className="relative focus-within:bg-accent-soft hover:bg-hover"
              >
                <td className={cell}>
                  <OpenButton exception={exception} onOpen={() => onOpen(at)} />
                  {has_error?.(at) && <Wrong />}
                </td>
                <td className={`${cell} truncate font-mono text-sm`}>{whereWords(exception)}</td>
                <td className={`${cell} truncate text-sm`}>{whatWords(exception)}</td>
                <td className={`${cell} text-sm`}>
                  <Ends exception={exception} />
                </td>
                <td className={`${cell} truncate text-ink-2 text-sm`} title={exception.reason}>
                  {exception.reason}
                </td>
              </tr>
            )
          })}
          <Space height_px={rows.after_px} />
        </tbody>
      </table>
    </div>
  )
}

/** The name; it covers the row, so that a click anywhere opens it. */
function OpenButton({
  exception,
  onOpen,
}: {
  readonly exception: ExceptionText
  readonly onOpen: () => void
}) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className="block max-w-full truncate text-left font-medium after:absolute after:inset-0"
    >
      {exception.name}
    </button>
  )
}

function Ends({ exception }: { readonly exception: ExceptionText }) {
  const { expires_at } = exception
  if (!expires_at) return <span className="text-ink-2">{text.never}</span>
  if (Date.parse(expires_at) <= Date.now()) {
    return <State tone="quiet" icon="clock" word={text.ended} title={expires_at} />
  }
  return <When at={expires_at} />
}

function Wrong() {
  return (
    <span className="text-blocked">
      <Icon name="warning" size={14} />
    </span>
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

function Cards({ found, rows, onOpen, has_error }: ListProps) {
  return (
    <div ref={rows.ref}>
      <ul style={{ paddingTop: rows.before_px, paddingBottom: rows.after_px }}>
        {rows.drawn.map(({ index }) => {
          const row = found[index]
          if (!row) return null
          const { exception, at } = row
          return (
            <li
              key={at}
              data-index={index}
              ref={rows.measure}
              aria-setsize={found.length}
              aria-posinset={index + 1}
              className="pb-2"
            >
              <article className="panel relative px-3 py-2.5 focus-within:border-accent">
                <div className="flex items-start justify-between gap-3">
                  <OpenButton exception={exception} onOpen={() => onOpen(at)} />
                  {has_error?.(at) && <Wrong />}
                  <span className="label shrink-0">
                    <Ends exception={exception} />
                  </span>
                </div>
                <p className="truncate font-mono text-sm">{whereWords(exception)}</p>
                <p className="truncate text-sm">{whatWords(exception)}</p>
                <p className="label truncate">{exception.reason}</p>
              </article>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
