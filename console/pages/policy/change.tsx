import type { PolicyChange } from '#model/draft.ts'
import { fieldName, valueName } from '../../form/field-words.ts'
import { lineDiff } from '../../format/line-diff.ts'
import { fullTime } from '../../format/time.ts'
import { policyWords as text } from '../../words/policy.ts'

/** One field before and after; of long texts the lines that differ; of a whole thing what it holds. */
export function Change({ change }: { readonly change: PolicyChange }) {
  const { before, after, field, kind } = change
  if (field === '') return <Whole value={kind === 'removed' ? before : after} />
  const name = field
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? `#${Number(part) + 1}` : fieldName(part)))
    .join(' › ')
  const is_long = [before, after].some((one) => typeof one === 'string' && one.includes('\n'))
  return (
    <div className="grid items-baseline gap-x-4 gap-y-1 text-sm sm:grid-cols-[12rem_minmax(0,1fr)]">
      <span className="text-ink-2">{name}</span>
      {is_long ? (
        <Lines before={String(before ?? '')} after={String(after ?? '')} />
      ) : (
        <span className="flex flex-wrap items-baseline gap-2">
          <del className="break-all rounded bg-blocked-soft px-1 text-blocked no-underline">
            <span className="sr-only">{text.before}: </span>
            {shown(before)}
          </del>
          <span aria-hidden="true" className="text-ink-3">
            →
          </span>
          <ins className="break-all rounded bg-good-soft px-1 text-good no-underline">
            <span className="sr-only">{text.after}: </span>
            {shown(after)}
          </ins>
        </span>
      )}
    </div>
  )
}

function Lines({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <pre className="evidence max-h-96 overflow-auto rounded-md border border-line bg-sunken py-1">
      {lineDiff(before, after).map((line, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: lines may be alike; the place is the identity
          key={i}
          className={`block px-2 ${line.kind === 'added' ? 'bg-good-soft text-good' : line.kind === 'removed' ? 'bg-blocked-soft text-blocked' : 'text-ink-2'}`}
        >
          {line.kind === 'added' ? '+ ' : line.kind === 'removed' ? '− ' : '  '}
          {line.text}
        </span>
      ))}
    </pre>
  )
}

/** The fields of a thing that came or went, those that say something. */
function Whole({ value }: { readonly value: unknown }) {
  if (typeof value !== 'object' || value === null) return <p className="text-sm">{shown(value)}</p>
  const told = Object.entries(value).filter(
    ([key, one]) => key !== 'name' && one !== '' && one !== null && JSON.stringify(one) !== '[]',
  )
  return (
    <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[12rem_minmax(0,1fr)]">
      {told.map(([key, one]) => (
        <div key={key} className="grid items-baseline sm:col-span-2 sm:grid-cols-subgrid">
          <dt className="text-ink-2">{fieldName(key)}</dt>
          <dd className="min-w-0">
            {typeof one === 'string' && one.includes('\n') ? (
              <pre className="evidence max-h-60 overflow-auto rounded-md bg-sunken px-2 py-1">
                {one}
              </pre>
            ) : (
              <span className="break-words">{shown(one)}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** A value in a few words. */
function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return text.empty_value
  if (value === true) return text.yes
  if (value === false) return text.no
  if (typeof value === 'string' && moment.test(value)) return fullTime(new Date(value))
  if (typeof value === 'string') return /^[a-z]+(_[a-z]+)+$/.test(value) ? valueName(value) : value
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return value.length === 0 ? text.empty_value : value.join(', ')
  }
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
