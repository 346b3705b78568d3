import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { sitesQuery } from '../../queries.ts'
import { useKeys } from '../../shell/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'
import { Chip } from './chip.tsx'
import { CompletionList } from './completion-list.tsx'
import { type Completion, completions } from './completions.ts'
import { addTyped, isComplete, takeLast } from './edit-tokens.ts'
import { useSeenClients } from './use-seen-clients.ts'

/** Conditions as chips, and a field that completes the next one. */
export function FilterBar({ tokens, query, onChange }: FilterProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [is_open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const { data } = useQuery(sitesQuery)
  const clients = useSeenClients(query)
  const known = { sites: data?.sites.map((s) => s.name) ?? [], clients }
  const options = is_open ? completions(typed, known) : []
  useKeys({ '/': () => input.current?.focus() })

  const type = (text: string) => {
    setTyped(text)
    setAt(-1)
    setOpen(true)
  }
  const commit = (text: string) => {
    if (text.trim() !== '') onChange(addTyped(tokens, text))
    type('')
    setOpen(false)
  }
  const accept = (option: Completion) => (option.is_whole ? commit(option.text) : type(option.text))
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const highlighted = options[at]
    const action = actionOf(event, typed)
    if (action === undefined) return
    if (action === 'close' && !is_open && typed === '') input.current?.blur()
    if (action !== 'close') event.preventDefault()
    if (action === 'next') is_open ? setAt((at + 1) % Math.max(1, options.length)) : setOpen(true)
    if (action === 'previous') setAt(at <= 0 ? options.length - 1 : at - 1)
    if (action === 'commit') highlighted ? accept(highlighted) : commit(typed)
    if (action === 'close') setOpen(false)
    if (action === 'take') {
      const taken = takeLast(tokens)
      onChange(taken.tokens)
      type(taken.typed)
    }
  }
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
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
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
      <CompletionList id={id} options={options} at={at} onAccept={accept} />
    </search>
  )
}

type FilterAction = 'next' | 'previous' | 'commit' | 'close' | 'take'

function actionOf(event: KeyboardEvent, typed: string): FilterAction | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return 'next'
    case 'ArrowUp':
      return 'previous'
    case 'Enter':
      return 'commit'
    case 'Escape':
      return 'close'
    case ' ':
      return isComplete(typed) ? 'commit' : undefined
    case 'Backspace':
      return typed === '' ? 'take' : undefined
    default:
      return undefined
  }
}
