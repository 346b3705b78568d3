import { words } from '../../words.ts'
import type { Completion } from './completions.ts'

type Props = {
  readonly id: string
  readonly options: readonly Completion[]
  readonly at: number
  readonly onAccept: (option: Completion) => void
}

export function CompletionList({ id, options, at, onAccept }: Props) {
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={words.attacks.filter}
      hidden={options.length === 0}
      className="absolute inset-x-0 top-full z-30 mt-1 max-h-80 max-w-xl overflow-auto rounded-lg border border-line bg-raised p-1 shadow-xl"
    >
      {options.map((option, i) => (
        <div
          key={option.text}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          // Before the field loses its focus, which closes the list.
          onPointerDown={(event) => {
            event.preventDefault()
            onAccept(option)
          }}
          className={`flex min-h-8 cursor-pointer items-center gap-3 rounded px-2.5 max-md:min-h-11 ${i === at ? 'bg-accent-soft' : 'hover:bg-hover'}`}
        >
          <span className="font-mono text-sm">{option.text}</span>
          <span className="label">{option.hint}</span>
        </div>
      ))}
    </div>
  )
}
