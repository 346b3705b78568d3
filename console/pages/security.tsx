/** The user's own second factor: set up, confirmed, taken off. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api.ts'
import { sessionQuery } from '../queries.ts'
import { PasswordField } from '../session/password-field.tsx'
import { useSession } from '../session/session-gate.tsx'
import { TotpField } from '../session/totp-field.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { State } from '../ui/state.tsx'
import { settingsWords } from '../words/settings.ts'
import { Panel } from './attack/panel.tsx'
import { SettingsFrame } from './settings/settings-frame.tsx'

const text = settingsWords.security

export function SecurityPage() {
  const { has_totp } = useSession()
  return (
    <SettingsFrame tab="security" lead={text.lead}>
      <div className="max-w-xl">{has_totp ? <On /> : <Off />}</div>
    </SettingsFrame>
  )
}

function On() {
  const [is_open, setOpen] = useState(false)
  return (
    <Panel title={settingsWords.tabs.security}>
      <State tone="good" icon="check" word={text.on} />
      <p className="mt-1 mb-3 text-ink-2">{text.on_text}</p>
      <Button onClick={() => setOpen(true)}>{text.remove}</Button>
      {is_open && <TurnOff onClose={() => setOpen(false)} />}
    </Panel>
  )
}

function TurnOff({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [totp, setTotp] = useState('')
  const remove = useMutation({
    mutationFn: () =>
      api.call('DELETE /api/v1/session/totp', {
        body: { current_password: password, totp: totp.replace(/\s/g, '') },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      onClose()
    },
  })
  return (
    <Confirm
      title={text.remove_title}
      submit={text.remove}
      cancel={settingsWords.cancel}
      is_busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{text.remove_text}</p>
      <PasswordField
        label={text.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
      />
      <TotpField value={totp} onChange={setTotp} />
    </Confirm>
  )
}

function Off() {
  const [password, setPassword] = useState('')
  const begin = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/session/totp', { body: { current_password: password } }),
  })
  if (begin.data) return <Setup {...begin.data} />
  return (
    <Panel title={settingsWords.tabs.security}>
      <State tone="warning" icon="warning" word={text.off} />
      <p className="mt-1 mb-3 text-ink-2">{text.off_text}</p>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          begin.mutate()
        }}
      >
        <PasswordField
          label={text.password}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        {begin.error && <ProblemView error={begin.error} />}
        <Button
          type="submit"
          look="primary"
          className="self-start"
          disabled={begin.isPending || password === ''}
        >
          {text.begin}
        </Button>
      </form>
    </Panel>
  )
}

type SetupProps = { readonly secret: string; readonly uri: string }

function Setup({ secret, uri }: SetupProps) {
  const client = useQueryClient()
  const [totp, setTotp] = useState('')
  const confirm = useMutation({
    mutationFn: () =>
      api.call('PUT /api/v1/session/totp', { body: { totp: totp.replace(/\s/g, '') } }),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate()
  }
  return (
    <Panel title={text.step_add}>
      <div className="flex flex-col gap-4">
        <Secret label={text.secret} value={secret} copy_label={text.copy_secret} />
        <Secret label={text.uri} value={uri} copy_label={text.copy_uri} />
        <form className="flex flex-col gap-3 border-line border-t pt-4" onSubmit={submit}>
          <TotpField value={totp} onChange={setTotp} label={text.step_confirm} />
          {confirm.error && <ProblemView error={confirm.error} />}
          <Button
            type="submit"
            look="primary"
            className="self-start"
            disabled={confirm.isPending || totp.replace(/\s/g, '').length !== 6}
          >
            {text.confirm}
          </Button>
        </form>
      </div>
    </Panel>
  )
}

type SecretProps = {
  readonly label: string
  readonly value: string
  readonly copy_label: string
}

function Secret({ label, value, copy_label }: SecretProps) {
  return (
    <div>
      <h3 className="mb-1 font-medium text-sm">{label}</h3>
      <div className="flex flex-wrap items-center gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1.5 pl-3">
        <code className="evidence min-w-0 grow basis-48">{value}</code>
        <CopyButton text={value} label={copy_label} />
      </div>
    </div>
  )
}
