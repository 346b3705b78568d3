import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api.ts'
import { sessionQuery } from '../queries.ts'
import { Button } from '../ui/button.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { words } from '../words.ts'
import { PasswordField } from './password-field.tsx'
import { SessionFrame } from './session-frame.tsx'

/** As the API asks for it. */
const length_min = 12

type Props = {
  readonly is_forced?: boolean
  /** The current password, when it was typed a moment ago. */
  readonly known_password?: string
  readonly onDone?: () => void
}

/** The password form; forced after a one-time password, and then nothing else is reachable. */
export function ChangePassword({ is_forced = false, known_password, onDone }: Props) {
  const client = useQueryClient()
  const [current, setCurrent] = useState(known_password ?? '')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const change = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/session/password', {
        body: { current_password: current, new_password: next },
      }),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session)
      onDone?.()
    },
  })
  const missing = length_min - next.length
  const is_ready = current !== '' && missing <= 0 && next === again
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (is_ready) change.mutate()
  }
  const text = words.password
  const next_hint = next !== '' && missing > 0 ? text.too_short(missing) : text.rule
  return (
    <SessionFrame>
      <title>{`${text.title} · ${words.product}`}</title>
      <form onSubmit={submit} className="panel flex flex-col gap-4 p-6">
        <div>
          <h1 className="font-semibold text-xl">{text.title}</h1>
          <p className="text-ink-2">{is_forced ? text.lead_must : text.lead_may}</p>
        </div>
        {(known_password === undefined || change.error) && (
          <PasswordField
            label={text.current}
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
          />
        )}
        <PasswordField
          label={text.next}
          value={next}
          onChange={setNext}
          autoComplete="new-password"
          hint={next_hint}
        />
        <PasswordField
          label={text.again}
          value={again}
          onChange={setAgain}
          autoComplete="new-password"
          {...(again !== '' && again !== next ? { hint: text.not_same } : {})}
        />
        {change.error && <ProblemView error={change.error} />}
        <Buttons
          is_ready={is_ready && !change.isPending}
          {...(onDone ? { onCancel: onDone } : {})}
        />
      </form>
    </SessionFrame>
  )
}

type ButtonsProps = { readonly is_ready: boolean; readonly onCancel?: () => void }

function Buttons({ is_ready, onCancel }: ButtonsProps) {
  return (
    <div className="flex gap-2">
      <Button type="submit" look="primary" disabled={!is_ready} className="h-10 grow">
        {words.password.submit}
      </Button>
      {onCancel && (
        <Button onClick={onCancel} className="h-10">
          {words.password.cancel}
        </Button>
      )}
    </div>
  )
}
