import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Draft } from '#model/draft.ts'
import { api } from '../../api.ts'
import { draftQuery, draftsQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { policyWords as text } from '../../words/policy.ts'
import type { DraftEdit } from './use-draft.ts'

type Props = {
  readonly edit: DraftEdit
  readonly draft: Draft
  /** Newest revision; undefined before it is known. */
  readonly head: number | undefined
  readonly is_own: boolean
}

/** What stands in the way: somebody wrote it too, it is somebody else's, it is older than the newest commit. */
export function DraftBanners({ edit, draft, head, is_own }: Props) {
  const may = useMay()
  const is_stale = draft.is_stale || (head !== undefined && draft.base_revision < head)
  return (
    <div className="flex flex-col gap-3 empty:hidden [&:not(:empty)]:mb-4">
      {edit.save_error ? <ProblemView error={edit.save_error} /> : null}
      {edit.has_conflict && (
        <Banner title={text.conflict_title} words={text.conflict_text}>
          <Button onClick={() => void edit.reload()}>{text.conflict_reload}</Button>
          <Button onClick={() => void edit.overwrite()}>{text.conflict_overwrite}</Button>
        </Banner>
      )}
      {!is_own && (
        <Banner words={may('analyst') ? text.foreign(draft.owner) : text.viewer}>
          {may('analyst') && <Copy draft={draft} />}
        </Banner>
      )}
      {is_stale && is_own && may('analyst') && (
        <Banner title={text.stale} words={text.stale_text(draft.base_revision)}>
          <Rebase edit={edit} draft={draft} />
        </Banner>
      )}
    </div>
  )
}

type BannerProps = {
  readonly title?: string
  readonly words: string
  readonly children?: ReactNode
}

function Banner({ title, words, children }: BannerProps) {
  return (
    <section
      role={title ? 'alert' : 'note'}
      className="panel flex flex-wrap items-center gap-x-4 gap-y-2 border-l-4 border-l-monitored px-4 py-3"
    >
      <span className="text-monitored">
        <Icon name={title ? 'warning' : 'user'} size={18} />
      </span>
      <div className="min-w-0 grow basis-72">
        {title && <p className="font-semibold">{title}</p>}
        <p className="text-ink-2">{words}</p>
      </div>
      <div className="flex flex-wrap gap-2">{children}</div>
    </section>
  )
}

function Copy({ draft }: { readonly draft: Draft }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const copy = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/drafts', {
        body: { name: text.copy_name(draft.name), document: draft.document },
      }),
    onSuccess: (made) => {
      client.setQueryData(draftQuery(made.id).queryKey, made)
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey })
      void navigate({ to: '/policy/drafts/$id', params: { id: made.id } })
    },
  })
  return (
    <>
      {copy.error && <ProblemView error={copy.error} />}
      <Button disabled={copy.isPending} onClick={() => copy.mutate()}>
        {text.copy_draft}
      </Button>
    </>
  )
}

function Rebase({ edit, draft }: { readonly edit: DraftEdit; readonly draft: Draft }) {
  const client = useQueryClient()
  const rebase = useMutation({
    mutationFn: async () => {
      if (!(await edit.save())) return undefined
      return api.call('POST /api/v1/drafts/{id}/rebase', { params: { id: draft.id } })
    },
    onSuccess: (rebased) => {
      if (rebased) client.setQueryData(draftQuery(draft.id).queryKey, rebased)
    },
  })
  return (
    <>
      {rebase.error && <ProblemView error={rebase.error} />}
      <Button disabled={rebase.isPending} onClick={() => rebase.mutate()}>
        <Icon name="sync" size={14} />
        {text.rebase}
      </Button>
    </>
  )
}
