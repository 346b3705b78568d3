import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Fix, FixList } from '#model/fix.ts'
import { api } from '../../api.ts'
import { draftQuery, draftsQuery, fixesQuery } from '../../queries/policy.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Select } from '../../ui/select.tsx'
import { State } from '../../ui/state.tsx'
import { ruleWords as text } from '../../words/rules.ts'
import { useOwnDrafts } from '../policy/new-draft.tsx'
import { Panel } from './panel.tsx'

/** From a wrongly blocked request to a reviewed exception: the narrowest first, with what each would let through. */
export function FixPanel({ request_id }: { readonly request_id: string }) {
  const may = useMay()
  const [is_asked, setAsked] = useState(false)
  const { data, error, refetch, isFetching } = useQuery({
    ...fixesQuery(request_id),
    enabled: is_asked,
  })
  if (!may('analyst')) return null
  return (
    <Panel title={text.fix} lead={text.fix_lead}>
      {!is_asked && (
        <Button onClick={() => setAsked(true)}>
          <Icon name="exception" size={14} />
          {text.fix_find}
        </Button>
      )}
      {is_asked && isFetching && !data && (
        <p role="status">
          <State tone="busy" icon="sync" word={text.fix_searching} />
        </p>
      )}
      {error && !isFetching && <ProblemView error={error} onRetry={refetch} />}
      {data && data.fixes.length === 0 && <p className="text-ink-2">{text.fix_none}</p>}
      {data && data.fixes.length > 0 && <Fixes request_id={request_id} list={data} />}
    </Panel>
  )
}

type FixesProps = {
  readonly request_id: string
  readonly list: FixList
}

function Fixes({ request_id, list }: FixesProps) {
  const { fixes, replayed, digest } = list
  const drafts = useOwnDrafts()
  const [draft_id, setDraft] = useState('')
  const [reason, setReason] = useState('')
  const apply = useApply(request_id)
  return (
    <div className="flex flex-col gap-3">
      <Field label={text.fix_reason} hint={text.fix_reason_hint}>
        {(control) => (
          <input
            {...control}
            value={reason}
            maxLength={1000}
            onChange={(event) => setReason(event.target.value)}
            className={lineClass}
          />
        )}
      </Field>
      {drafts.length > 0 && (
        <Field label={text.fix_draft}>
          {(control) => (
            <Select
              {...control}
              value={draft_id}
              onChange={setDraft}
              options={[
                { value: '', label: text.fix_new_draft },
                ...drafts.map((draft) => ({ value: draft.id, label: draft.name })),
              ]}
            />
          )}
        </Field>
      )}
      {apply.error && <ProblemView error={apply.error} />}
      <p role="status" className="label">
        {text.fix_replayed(replayed)}
      </p>
      <ol className="flex flex-col gap-2">
        {fixes.map((fix, i) => (
          <li key={fix.number} className="rounded-md border border-line px-3 py-2.5">
            {i === 0 && <p className="label font-medium">{text.narrowest}</p>}
            <FixRow
              fix={fix}
              is_busy={apply.isPending}
              onUse={() => apply.mutate({ number: fix.number, digest, draft_id, reason })}
            />
          </li>
        ))}
      </ol>
    </div>
  )
}

type RowProps = { readonly fix: Fix; readonly is_busy: boolean; readonly onUse: () => void }

function FixRow({ fix, is_busy, onUse }: RowProps) {
  const has_cost = fix.unblocks_attacks > 0
  return (
    <>
      <p className="break-words">{fix.sentence}</p>
      <p className="mt-1 text-ink-2 text-sm">
        {text.fix_unblocks(fix.unblocks_requests, fix.unblocks_clients)},{' '}
        <span className={has_cost ? 'font-medium text-blocked' : ''}>
          {text.fix_attacks(fix.unblocks_attacks)}
        </span>
        .
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          look={fix.helps && !has_cost ? 'primary' : 'plain'}
          aria-label={text.fix_use_label(fix.number)}
          disabled={is_busy}
          onClick={onUse}
        >
          {text.fix_use}
        </Button>
        {!fix.helps && <State tone="warning" icon="warning" word={text.fix_no_help} />}
      </div>
    </>
  )
}

/** Puts the fix into a draft and goes straight to its review. */
function useApply(request_id: string) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (fix: { number: number; digest: string; draft_id: string; reason: string }) =>
      api.call('POST /api/v1/requests/{request_id}/fixes', {
        params: { request_id },
        body: {
          number: fix.number,
          digest: fix.digest,
          reason: fix.reason,
          ...(fix.draft_id === '' ? {} : { draft_id: fix.draft_id }),
        },
      }),
    onSuccess: ({ draft }) => {
      client.setQueryData(draftQuery(draft.id).queryKey, draft)
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey })
      void navigate({
        to: '/policy/drafts/$id',
        params: { id: draft.id },
        search: { tab: 'review' },
      })
    },
  })
}
