/** One commit: what it changed, how far it is from what is in force, and the way back to it. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { commitQuery, diffQuery, policyQuery } from '../queries/policy.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { When } from '../ui/when.tsx'
import { policyWords as text } from '../words/policy.ts'
import { words } from '../words.ts'
import { Panel } from './attack/panel.tsx'
import { ChangeList } from './policy/change-list.tsx'
import { RollBack } from './policy/roll-back.tsx'
import { RolloutState } from './policy/rollout-panel.tsx'

const route = getRouteApi('/policy/commits/$revision')

export function CommitPage() {
  const revision = Number(route.useParams().revision)
  const { data, error, refetch } = useQuery(commitQuery(revision))
  const { data: policy } = useQuery({ ...policyQuery, retry: false })
  const head = policy?.revision
  return (
    <>
      <title>{`${text.commit_title(revision)} · ${words.product}`}</title>
      <Link
        to="/policy"
        className="touch -ml-1 mb-2 inline-flex h-8 items-center gap-1 rounded-md px-1 text-ink-2 text-sm hover:text-ink"
      >
        <Icon name="left" size={14} />
        {text.back}
      </Link>
      <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="flex flex-wrap items-center gap-3 font-semibold text-xl tracking-tight">
            {text.commit_title(revision)}
            {data && <RolloutState state={data.rollout} />}
          </h1>
          {data && (
            <>
              <p className="break-words">{data.message || text.no_message}</p>
              <p className="label">
                <When at={data.at} is_full /> {text.by(data.author)},{' '}
                <code className="font-mono">{data.bundle}</code>
              </p>
            </>
          )}
        </div>
        {data && head !== undefined && head !== revision && (
          <RollBack revision={revision} head={head} />
        )}
      </header>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && (
        <div className="flex flex-col gap-4">
          <Differences revision={revision} head={head} />
          <Panel title={text.document}>
            <CopyButton
              label={text.copy_document}
              text={() => JSON.stringify(data.document, null, 2)}
            />
          </Panel>
        </div>
      )}
    </>
  )
}

type Props = { readonly revision: number; readonly head: number | undefined }

function Differences({ revision, head }: Props) {
  const can_before = revision > 1
  const can_head = head !== undefined && head !== revision
  const [asked, setAsked] = useState<'before' | 'head'>('before')
  const view = asked === 'before' && can_before ? 'before' : can_head ? 'head' : 'before'
  const from = view === 'before' ? String(revision - 1) : 'head'
  const { data, error } = useQuery({
    ...diffQuery(from, String(revision), view === 'head' ? String(head) : ''),
    enabled: view === 'head' || can_before,
  })
  return (
    <Panel title={text.diff_past}>
      {can_before && can_head && (
        <div className="mb-3">
          <Segmented
            label={text.view_label}
            value={view}
            options={[
              { value: 'before', label: text.compared_with(revision - 1) },
              { value: 'head', label: text.compared_with_head },
            ]}
            onChange={setAsked}
          />
        </div>
      )}
      {error && <ProblemView error={error} />}
      {view === 'before' && !can_before && <p className="text-ink-2">{text.first_commit}</p>}
      {data && <ChangeList changes={data.changes} />}
    </Panel>
  )
}
