import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field, lineClass } from './field.tsx'
import { ProblemView } from './problem-view.tsx'

type Props = {
  readonly title: string
  readonly submit: string
  readonly cancel: string
  /** What has to be typed first, with the label that asks for it. */
  readonly typed?: { readonly text: string; readonly label: string }
  readonly is_danger?: boolean
  readonly is_busy: boolean
  readonly error: unknown
  readonly onSubmit: () => void
  readonly onClose: () => void
  /** What it will do. */
  readonly children: ReactNode
}

/** Asks before something that cannot be taken back, and says what it will do. */
export function Confirm(props: Props) {
  const {
    title,
    submit,
    cancel,
    typed,
    is_danger = true,
    is_busy,
    error,
    onSubmit,
    onClose,
  } = props
  const [text, setText] = useState('')
  const is_ready = !is_busy && (typed === undefined || text === typed.text)
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (is_ready) onSubmit()
        }}
      >
        <div className="flex flex-col gap-2">{props.children}</div>
        {typed && (
          <Field label={typed.label}>
            {(control) => (
              <input
                {...control}
                value={text}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                onChange={(event) => setText(event.target.value)}
                className={`${lineClass} font-mono`}
              />
            )}
          </Field>
        )}
        {error ? <ProblemView error={error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" look={is_danger ? 'danger' : 'primary'} disabled={!is_ready}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
