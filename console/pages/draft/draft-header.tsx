import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Draft } from '#model/draft.ts'
import { api } from '../../api.ts'
import { draftQuery, draftsQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { State } from '../../ui/state.tsx'
import { When } from '../../ui/when.tsx'
import { policyWords as text } from '../../words/policy.ts'
import type { DraftEdit } from './use-draft.ts'

type Props = {
  readonly edit: DraftEdit
  readonly draft: Draft
  readonly can_write: boolean
  /** The review is what is on the page. */
  readonly is_review: boolean
}

/** Whose draft it is, whether the server has it, and what may be done with it. */
export function DraftHeader({ edit, draft, can_write, is_review }: Props) {
  const navigate = useNavigate()
  const may = useMay()
  const review = async () => {
    if (!(await edit.save())) return
    void navigate({
      to: '/policy/drafts/$id',
      params: { id: draft.id },
      search: { tab: 'review' },
    })
  }
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0">
        <h1 className="break-words font-semibold text-xl tracking-tight">{draft.name}</h1>
        <p className="label">
          {text.draft_of(draft.owner)}, {text.based_on(draft.base_revision)}, {text.changed_at}{' '}
          <When at={draft.updated_at} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {can_write && <SaveState edit={edit} />}
        {(can_write || may('administrator')) && <Discard draft={draft} />}
        {can_write && (
          <>
            <Button disabled={!edit.is_dirty || edit.is_saving} onClick={() => void edit.save()}>
              {text.save}
            </Button>
            {!(is_review && !edit.is_dirty) && (
              <Button look="primary" disabled={edit.is_saving} onClick={() => void review()}>
                <Icon name="shield_check" size={14} />
                {edit.is_dirty ? text.save_and_review : text.review}
              </Button>
            )}
          </>
        )}
      </div>
    </header>
  )
}

function SaveState({ edit }: { readonly edit: DraftEdit }) {
  return (
    <span role="status" className="flex">
      {edit.is_saving ? (
        <State tone="busy" icon="sync" word={text.saving} />
      ) : edit.is_dirty ? (
        <State tone="warning" icon="edit" word={text.unsaved} />
      ) : (
        <State tone="quiet" icon="check" word={text.saved} />
      )}
    </span>
  )
}

function Discard({ draft }: { readonly draft: Draft }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [is_open, setOpen] = useState(false)
  const discard = useMutation({
    mutationFn: () => api.call('DELETE /api/v1/drafts/{id}', { params: { id: draft.id } }),
    onSuccess: async () => {
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey })
      await navigate({ to: '/policy', ignoreBlocker: true })
      client.removeQueries({ queryKey: draftQuery(draft.id).queryKey })
    },
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon name="trash" size={14} />
        {text.discard}
      </Button>
      {is_open && (
        <Confirm
          title={text.discard_title(draft.name)}
          submit={text.discard}
          cancel={text.cancel}
          is_busy={discard.isPending}
          error={discard.error}
          onSubmit={() => discard.mutate()}
          onClose={() => setOpen(false)}
        >
          <p>{text.discard_text}</p>
        </Confirm>
      )}
    </>
  )
}
