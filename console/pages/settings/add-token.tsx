import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenView } from '#model/user.ts'
import { api } from '../../api.ts'
import { tokensQuery } from '../../queries/settings.ts'
import { useMay } from '../../session/may.ts'
import { useSession } from '../../session/session-gate.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { roleNames, settingsWords } from '../../words/settings.ts'
import { RoleField } from './add-user.tsx'

const text = settingsWords.tokens
const kinds = ['personal', 'deploy'] as const

type Props = {
  readonly onClose: () => void
  readonly onMade: (made: { readonly name: string; readonly token: string }) => void
}

export function AddToken({ onClose, onMade }: Props) {
  const client = useQueryClient()
  const may = useMay()
  const own = useSession().role
  const highest = roleNames.find((role) => role === own) ?? 'viewer'
  const [name, setName] = useState('')
  const [kind, setKind] = useState<TokenView['kind']>('personal')
  const [role, setRole] = useState(highest)
  const [ttl, setTtl] = useState('7776000')
  const create = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/tokens', {
        body: {
          name,
          kind,
          ttl_s: ttl === '' ? null : Number(ttl),
          ...(kind === 'personal' ? { role } : {}),
        },
      }),
    onSuccess: ({ token }) => {
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey })
      onMade({ name, token })
    },
  })
  return (
    <Confirm
      title={text.add_title}
      submit={text.submit}
      cancel={settingsWords.cancel}
      is_danger={false}
      is_busy={create.isPending || name.trim() === ''}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      {may('administrator') && (
        <div className="mb-2">
          <Segmented
            label={text.kind}
            value={kind}
            options={kinds.map((value) => ({ value, label: text.kinds[value] }))}
            onChange={setKind}
          />
          <p className="label mt-1">{text.kind_text[kind]}</p>
        </div>
      )}
      <Field label={text.name} hint={text.name_hint}>
        {(control) => (
          <input
            {...control}
            required
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.target.value)}
            className={lineClass}
          />
        )}
      </Field>
      {kind === 'personal' && <RoleField value={role} onChange={setRole} at_most={highest} />}
      <Field label={text.ends_after}>
        {(control) => (
          <Select
            {...control}
            value={ttl}
            onChange={setTtl}
            options={text.ttls.map(([s, label]) => ({ value: s as string, label }))}
          />
        )}
      </Field>
    </Confirm>
  )
}
