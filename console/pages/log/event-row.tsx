import type { Severity, SystemEvent } from '#model/event.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { State, type Tone } from '../../ui/state.tsx'
import { When } from '../../ui/when.tsx'
import { settingsWords } from '../../words/settings.ts'

const text = settingsWords.log

const looks = {
  emergency: { tone: 'bad', icon: 'warning' },
  alert: { tone: 'bad', icon: 'warning' },
  critical: { tone: 'bad', icon: 'warning' },
  error: { tone: 'bad', icon: 'refused' },
  warning: { tone: 'warning', icon: 'warning' },
  notice: { tone: 'busy', icon: 'right' },
  info: { tone: 'quiet', icon: 'right' },
  debug: { tone: 'quiet', icon: 'minus' },
} as const satisfies Record<Severity, { tone: Tone; icon: IconName }>

/** One event; its fields on demand. */
export function EventRow({ event }: { readonly event: SystemEvent }) {
  const fields = Object.entries(event.fields)
  return (
    <details className="group">
      <summary className="touch flex list-none flex-wrap items-baseline gap-x-4 px-3 py-1.5 hover:bg-hover sm:grid sm:grid-cols-[8.5rem_6.5rem_8rem_minmax(0,1fr)_1rem]">
        <span className="text-ink-2 text-sm">
          <When at={event.at} />
        </span>
        <State {...looks[event.severity]} word={text.severities[event.severity]} />
        <span className="truncate font-medium text-sm">{event.node}</span>
        <span className="min-w-0 break-words max-sm:w-full">
          {event.message} <code className="label font-mono">{event.name}</code>
        </span>
        <span className="text-ink-3 group-open:rotate-90 max-sm:hidden">
          <Icon name="right" size={12} />
        </span>
      </summary>
      <dl className="grid gap-x-4 gap-y-1 border-line border-t bg-sunken/40 px-3 py-2 text-sm sm:grid-cols-[10rem_minmax(0,1fr)]">
        {[...fields, ['hlc', event.hlc] as const, ['id', event.id] as const].map(([key, value]) => (
          <div key={key} className="grid sm:col-span-2 sm:grid-cols-subgrid">
            <dt className="text-ink-2">{key}</dt>
            <dd className="evidence min-w-0">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
