import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api.ts'
import { usersQuery } from '../../queries/settings.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { roleNames, settingsWords } from '../../words/settings.ts'
import { words } from '../../words.ts'
import type { OneTime } from '../users.tsx'

const text = settingsWords.users

type Props = {
  readonly onClose: () => void
  readonly onTold: (one_time: OneTime) => void
}

export function AddUser({ onClose, onTold }: Props) {
  const client = useQueryClient()
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<(typeof roleNames)[number]>('viewer')
  const create = useMutation({
    mutationFn: () => api.call('POST /api/v1/users', { body: { username, role } }),
    onSuccess: (one_time) => {
      void client.invalidateQueries({ queryKey: usersQuery.queryKey })
      onTold(one_time)
    },
  })
  return (
    <Confirm
      title={text.add_title}
      submit={text.add_submit}
      cancel={settingsWords.cancel}
      is_danger={false}
      is_busy={create.isPending || username === ''}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field label={text.username} hint={text.username_hint}>
        {(control) => (
          <input
            {...control}
            required
            value={username}
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setUsername(event.target.value)}
            className={lineClass}
          />
        )}
      </Field>
      <RoleField value={role} onChange={setRole} />
    </Confirm>
  )
}

type RoleProps = {
  readonly value: (typeof roleNames)[number]
  readonly onChange: (role: (typeof roleNames)[number]) => void
  /** The highest that may be given. */
  readonly at_most?: (typeof roleNames)[number]
}

export function RoleField({ value, onChange, at_most = 'administrator' }: RoleProps) {
  const given = roleNames.slice(0, roleNames.indexOf(at_most) + 1)
  return (
    <Field label={text.role} hint={text.role_text[value]}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={onChange}
          options={given.map((role) => ({ value: role, label: words.account.roles[role] }))}
        />
      )}
    </Field>
  )
}
