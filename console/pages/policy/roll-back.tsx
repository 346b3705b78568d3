import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api.ts'
import { diffQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { ChangeList } from './change-list.tsx'
import { NoteField } from './note-field.tsx'
import { rereadPolicy } from './reread-policy.ts'

type Props = { readonly revision: number; readonly head: number }

/** Commits an earlier version again, and shows before what changes by it. */
export function RollBack({ revision, head }: Props) {
  const [is_open, setOpen] = useState(false)
  const may = useMay()
  if (!may('administrator')) return null
  return (
    <>
      <Button aria-label={text.roll_back_to(revision)} onClick={() => setOpen(true)}>
        <Icon name="undo" size={14} />
        {text.roll_back}
      </Button>
      {is_open && <Ask revision={revision} head={head} onClose={() => setOpen(false)} />}
    </>
  )
}

function Ask({ revision, head, onClose }: Props & { readonly onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [message, setMessage] = useState('')
  const { data, error } = useQuery(diffQuery('head', String(revision), String(head)))
  const roll_back = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/policy/rollback', {
        body: { revision, ...(message ? { message } : {}) },
      }),
    onSuccess: () => {
      rereadPolicy(client)
      onClose()
      void navigate({ to: '/policy' })
    },
  })
  return (
    <Confirm
      title={text.roll_back_to(revision)}
      submit={text.roll_back}
      cancel={text.cancel}
      is_danger={false}
      is_busy={roll_back.isPending}
      error={roll_back.error ?? error}
      onSubmit={() => roll_back.mutate()}
      onClose={onClose}
    >
      <p>{text.roll_back_text(revision, head + 1)}</p>
      <h3 className="mt-2 font-medium text-sm">{text.roll_back_changes}</h3>
      <div className="max-h-72 overflow-y-auto">
        {data && <ChangeList changes={data.changes} />}
      </div>
      <NoteField value={message} onChange={setMessage} />
    </Confirm>
  )
}
