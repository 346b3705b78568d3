import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api, isAboutTotp } from '../api.ts'
import { sessionQuery } from '../queries.ts'
import { Button } from '../ui/button.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { words } from '../words.ts'
import { fieldClass, labelClass } from './field.ts'
import { PasswordField } from './password-field.tsx'
import { SessionFrame } from './session-frame.tsx'
import { TotpField } from './totp-field.tsx'

type Props = {
  /** Told the password that was right. */
  readonly onLogin: (password: string) => void
}

export function Login({ onLogin }: Props) {
  const id = useId()
  const client = useQueryClient()
  const [username, setUsername] = useState('admin')
  const [password, setPassword] = useState('')
  const [totp, setTotp] = useState<string>()
  const login = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/session', {
        body: { username, password, ...(totp ? { totp: totp.replace(/\s/g, '') } : {}) },
      }),
    onError: (error) => {
      if (isAboutTotp(error)) setTotp((before) => before ?? '')
    },
    onSuccess: (session) => {
      onLogin(password)
      client.setQueryData(sessionQuery.queryKey, session)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    login.mutate()
  }
  return (
    <SessionFrame>
      <title>{`${words.login.title} · ${words.product}`}</title>
      <form onSubmit={submit} className="panel flex flex-col gap-4 p-6">
        <div>
          <h1 className="font-semibold text-xl">{words.login.title}</h1>
          <p className="text-ink-2">{words.login.lead}</p>
        </div>
        <div>
          <label htmlFor={id} className={labelClass}>
            {words.login.username}
          </label>
          <input
            id={id}
            required
            value={username}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setUsername(event.target.value)}
            className={fieldClass}
          />
        </div>
        <PasswordField
          label={words.login.password}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        {totp !== undefined && <TotpField value={totp} onChange={setTotp} />}
        {login.error && !(isAboutTotp(login.error) && totp === '') && (
          <ProblemView error={login.error} />
        )}
        <Button type="submit" look="primary" disabled={login.isPending} className="h-10">
          {words.login.submit}
        </Button>
        <p className="label">{words.login.hint}</p>
      </form>
    </SessionFrame>
  )
}
