import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Draft } from '#model/draft.ts'
import { api, isConflict } from '../../api.ts'
import { draftQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { Panel } from '../attack/panel.tsx'
import { NoteField, useNoteRequired } from '../policy/note-field.tsx'
import { rereadPolicy } from '../policy/reread-policy.ts'

type Props = {
  readonly draft: Draft
  readonly head: number
  /** How much differs from what is in force; undefined before it is known. */
  readonly changes: number | undefined
  readonly is_good: boolean
}

/** The commit: what is missing for it, or a note and a button. */
export function CommitPanel({ draft, head, changes, is_good }: Props) {
  const may = useMay()
  const is_note_needed = useNoteRequired()
  const [message, setMessage] = useState('')
  const commit = useCommit(draft)
  const obstacle = !may('administrator')
    ? text.commit_role
    : draft.is_stale || draft.base_revision < head
      ? text.commit_stale
      : changes === 0
        ? text.commit_nothing
        : !is_good
          ? text.commit_not_good
          : undefined
  return (
    <Panel title={text.commit} {...(changes ? { lead: text.commit_lead(changes) } : {})}>
      {obstacle ? (
        <p className="text-ink-2">{obstacle}</p>
      ) : (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            commit.mutate(message.trim())
          }}
        >
          <NoteField value={message} onChange={setMessage} />
          {commit.error && <ProblemView error={commit.error} />}
          <Button
            type="submit"
            look="primary"
            className="self-end"
            disabled={commit.isPending || (is_note_needed && message.trim() === '')}
          >
            <Icon name="check" size={14} />
            {text.commit}
          </Button>
        </form>
      )}
    </Panel>
  )
}

/** Commits the very state that was reviewed, and goes to where its roll-out is shown. */
function useCommit({ id, etag }: Draft) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (message: string) =>
      api.call('POST /api/v1/drafts/{id}/commit', {
        params: { id },
        body: message === '' ? {} : { message },
        etag,
      }),
    onSuccess: async () => {
      // The draft is gone: the review must be, before anything is read again.
      await navigate({ to: '/policy' })
      rereadPolicy(client)
      client.removeQueries({ queryKey: draftQuery(id).queryKey })
    },
    onError: (error) => {
      if (isConflict(error)) void client.invalidateQueries({ queryKey: draftQuery(id).queryKey })
    },
  })
}
