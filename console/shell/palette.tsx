import { useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { type Entry, paletteEntries } from './palette-entries.ts'

/** Ctrl K: a page, a type, an address, a request, by typing. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const id = useId()
  const { history } = useRouter()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const entries = paletteEntries(text)
  const go = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    history.push(entry.href)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setAt((at + step + entries.length) % entries.length)
    else if (event.key === 'Enter') go(entries[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={words.palette.title} onClose={onClose} has_header={false}>
      <div className="flex items-center gap-2.5 border-line border-b px-4 text-ink-3">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={words.palette.title}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={`${id}-${at}`}
          value={text}
          placeholder={words.palette.placeholder}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 grow bg-transparent text-ink text-lg outline-none placeholder:text-ink-3"
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={words.palette.title} className="p-1.5">
        {entries.map((entry, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
          <div
            key={entry.id}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            onClick={() => go(entry)}
            onPointerMove={() => setAt(i)}
            className={`flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 ${i === at ? 'bg-accent-soft' : ''}`}
          >
            <span className="min-w-0 truncate">{entry.label}</span>
            <span className="label ml-auto shrink-0">{entry.kind}</span>
          </div>
        ))}
      </div>
    </Dialog>
  )
}
