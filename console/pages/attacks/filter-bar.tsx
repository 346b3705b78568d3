import { useQuery } from '@tanstack/react-query'
import { useId, useRef } from 'react'
import { sitesQuery } from '../../queries.ts'
import { useKeys } from '../../shell/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'
import { Chip } from './chip.tsx'
import { CompletionList } from './completion-list.tsx'
import { useFilterInput } from './use-filter-input.ts'
import { useSeenClients } from './use-seen-clients.ts'

/** Conditions as chips, and a field that completes the next one. */
export function FilterBar(props: FilterProps) {
  const { tokens, query, onChange } = props
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const { data } = useQuery(sitesQuery)
  const clients = useSeenClients(query)
  const sites = data?.sites.map((site) => site.name) ?? []
  const { typed, options, at, ...edit } = useFilterInput(props, { sites, clients })
  useKeys({ '/': () => input.current?.focus() })
  return (
    <search className="relative">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field itself is what the keyboard reaches */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the field means the field */}
      <div
        onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
        className="flex min-h-10 cursor-text flex-wrap items-center gap-1.5 rounded-lg border border-line-strong bg-surface py-1 pr-1 pl-3 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
      >
        <span className="text-ink-3">
          <Icon name="search" />
        </span>
        {tokens.map((token, i) => (
          <Chip
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two alike apart
            key={i}
            token={token}
            onRemove={() => {
              onChange(tokens.filter((t) => t !== token))
              input.current?.focus()
            }}
          />
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label={words.attacks.filter}
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          {...(at >= 0 ? { 'aria-activedescendant': `${id}-${at}` } : {})}
          value={typed}
          placeholder={tokens.length === 0 ? words.attacks.filter_placeholder : ''}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => edit.type(event.target.value)}
          onKeyDown={edit.onKeyDown}
          onFocus={() => edit.open(true)}
          onBlur={() => edit.open(false)}
          className="h-8 min-w-40 grow bg-transparent outline-none placeholder:text-ink-3 max-sm:text-lg"
        />
        {tokens.length > 0 && (
          <button
            type="button"
            onClick={() => onChange([])}
            className="h-8 rounded-md px-2 text-ink-2 text-sm hover:bg-hover hover:text-ink"
          >
            {words.attacks.clear}
          </button>
        )}
      </div>
      <CompletionList id={id} options={options} at={at} onAccept={edit.accept} />
    </search>
  )
}
