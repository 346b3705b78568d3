import { type ReactNode, useEffect, useRef } from 'react'
import { words } from '../words.ts'
import { Icon } from './icon.tsx'

type Props = {
  readonly title: string
  readonly onClose: () => void
  readonly has_header?: boolean
  readonly children: ReactNode
}

/** The browser's own modal dialog: it traps focus, closes on Esc, gives focus back. */
export function Dialog({ title, onClose, has_header = true, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the keyboard's way, by the browser itself
    <dialog
      ref={ref}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className="m-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded-xl border border-line bg-raised text-ink shadow-2xl"
    >
      {has_header && (
        <header className="flex items-center justify-between border-line border-b py-2 pr-2 pl-4">
          <h2 className="font-semibold text-lg">{title}</h2>
          <button
            type="button"
            onClick={onClose}
            aria-label={words.close}
            className="grid size-8 place-items-center rounded-md text-ink-2 hover:bg-hover"
          >
            <Icon name="close" />
          </button>
        </header>
      )}
      {children}
    </dialog>
  )
}
