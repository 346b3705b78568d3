/** A draft under the hands of somebody: what is written here, what the server has, and who else wrote it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Draft } from '#model/draft.ts'
import { ApiProblem } from '#parts/client/client.ts'
import { api, isConflict } from '../../api.ts'
import { draftQuery, draftsQuery } from '../../queries/policy.ts'
import type { PolicyText } from '../policy/document.ts'

export type DraftEdit = {
  readonly draft: Draft | undefined
  /** As it is on the page. */
  readonly document: PolicyText
  readonly is_dirty: boolean
  readonly is_saving: boolean
  /** Somebody else wrote it since it was read here. */
  readonly has_conflict: boolean
  /** Why it could not be read, or not be saved (other than by a conflict). */
  readonly read_error: unknown
  readonly save_error: unknown
  /** What the server found wrong with single fields when it was saved. */
  readonly field_errors: readonly { readonly path: string; readonly message: string }[]
  edit(change: (document: PolicyText) => PolicyText): void
  /** Resolves to whether the server has what the page has. */
  save(): Promise<boolean>
  /** Puts the page over what somebody else wrote. */
  overwrite(): Promise<boolean>
  /** Takes what somebody else wrote. */
  reload(): Promise<void>
}

type Local = { readonly etag: string; readonly document: PolicyText }

export function useDraft(id: string): DraftEdit {
  const client = useQueryClient()
  const { data: draft, error: read_error } = useQuery({
    ...draftQuery(id),
    // So that somebody who edits the same draft is told before the work is done, not after.
    refetchInterval: 10_000,
  })
  /** Undefined while the page has what the server has. */
  const [local, setLocal] = useState<Local>()
  const [is_refused, setRefused] = useState(false)
  const write = useMutation({
    mutationFn: ({ etag, document }: Local) =>
      api.call('PUT /api/v1/drafts/{id}', { params: { id }, body: { document }, etag }),
    onSuccess(written, { document }) {
      client.setQueryData(draftQuery(id).queryKey, written)
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey })
      setRefused(false)
      // What was typed while it was under way is not on the server yet.
      setLocal((now) =>
        now === undefined || now.document === document ? undefined : { ...now, etag: written.etag },
      )
    },
    onError: (error) => {
      if (isConflict(error)) setRefused(true)
    },
  })
  const put = async (given: Local | undefined) => {
    if (!given) return true
    return write.mutateAsync(given).then(
      () => true,
      () => false,
    )
  }
  const has_conflict =
    is_refused || (local !== undefined && draft !== undefined && draft.etag !== local.etag)
  const { error } = write
  return {
    draft,
    document: local?.document ?? draft?.document ?? {},
    is_dirty: local !== undefined,
    is_saving: write.isPending,
    has_conflict: has_conflict && !write.isPending,
    read_error: draft ? undefined : read_error,
    save_error: isConflict(error) ? undefined : error,
    field_errors: error instanceof ApiProblem ? (error.problem.errors ?? []).map(inDocument) : [],
    edit(change) {
      if (!draft) return
      setLocal((now) => ({
        etag: now?.etag ?? draft.etag,
        document: change(now?.document ?? draft.document),
      }))
    },
    save: () => put(local),
    async overwrite() {
      const newest = await client.fetchQuery(draftQuery(id))
      return put(local && { ...local, etag: newest.etag })
    },
    async reload() {
      await client.refetchQueries({ queryKey: draftQuery(id).queryKey })
      setRefused(false)
      setLocal(undefined)
    },
  }
}

/** `/document/sites/0/name` or `document.sites.0.name`: the path as findings write it. */
function inDocument(error: { path: string; message: string }) {
  const path = error.path.replaceAll('/', '.').replace(/^\.?(body\.)?(document\.)?/, '')
  return { path, message: error.message }
}
