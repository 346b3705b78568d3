import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api.ts'
import { draftQuery, draftsQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { useSession } from '../../session/session-gate.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { policyWords as text } from '../../words/policy.ts'
import type { DraftSearch } from '../draft/draft-search.ts'

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

export function defaultDraftName(): string {
  return text.draft_default(dayFormat.format(new Date()))
}

/** Where a draft opens; the draft itself is chosen or made. */
type Props = {
  readonly label?: string
  readonly look?: 'plain' | 'primary' | 'quiet'
  readonly search?: DraftSearch
  /** Offers the drafts that the user has already. */
  readonly has_choice?: boolean
}

/** Opens a draft: a new one, or one of one's own that is under way. */
export function NewDraft(props: Props) {
  const { label = text.new_draft, look = 'primary', search = {}, has_choice = false } = props
  const [is_open, setOpen] = useState(false)
  const may = useMay()
  if (!may('analyst')) return null
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)}>
        <Icon name={has_choice ? 'edit' : 'plus'} size={14} />
        {label}
      </Button>
      {is_open && <Choose search={search} has_choice={has_choice} onClose={() => setOpen(false)} />}
    </>
  )
}

type ChooseProps = {
  readonly search: DraftSearch
  readonly has_choice: boolean
  readonly onClose: () => void
}

function Choose({ search, has_choice, onClose }: ChooseProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const drafts = useOwnDrafts().filter(() => has_choice)
  const [name, setName] = useState(defaultDraftName)
  const [chosen, setChosen] = useState<string>()
  const draft_id = chosen ?? drafts[0]?.id ?? ''
  const create = useMutation({
    mutationFn: async () =>
      draft_id === '' ? await api.call('POST /api/v1/drafts', { body: { name } }) : undefined,
    onSuccess: (draft) => {
      if (draft) client.setQueryData(draftQuery(draft.id).queryKey, draft)
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey })
      void navigate({ to: '/policy/drafts/$id', params: { id: draft?.id ?? draft_id }, search })
    },
  })
  return (
    <Confirm
      title={has_choice ? text.choose_draft : text.new_draft}
      submit={draft_id === '' ? text.draft_create : text.choose_open}
      cancel={text.cancel}
      is_danger={false}
      is_busy={create.isPending || (draft_id === '' && name.trim() === '')}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      {drafts.length > 0 && <DraftChoice drafts={drafts} value={draft_id} onChange={setChosen} />}
      {draft_id === '' && (
        <Field label={text.draft_name}>
          {(control) => (
            <input
              {...control}
              value={name}
              maxLength={100}
              required
              onChange={(event) => setName(event.target.value)}
              className={lineClass}
            />
          )}
        </Field>
      )}
    </Confirm>
  )
}

/** Drafts of the user, newest change first. */
export function useOwnDrafts() {
  const { username } = useSession()
  const may = useMay()
  const { data } = useQuery({ ...draftsQuery, enabled: may('analyst') })
  return data?.drafts.filter((draft) => draft.owner === username) ?? []
}

type ChoiceProps = {
  readonly drafts: readonly { readonly id: string; readonly name: string }[]
  /** `` for a new draft. */
  readonly value: string
  readonly onChange: (id: string) => void
}

export function DraftChoice({ drafts, value, onChange }: ChoiceProps) {
  return (
    <Field label={text.drafts}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={onChange}
          options={[
            ...drafts.map((draft) => ({ value: draft.id, label: draft.name })),
            { value: '', label: text.choose_new },
          ]}
        />
      )}
    </Field>
  )
}
