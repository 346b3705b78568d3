/** ★ Policy: what is in force, how it reaches the nodes, what is being prepared, and what was before. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { ApiProblem } from '#parts/client/client.ts'
import { policyQuery, rolloutQuery } from '../queries/policy.ts'
import { Empty } from '../ui/empty.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { When } from '../ui/when.tsx'
import { policyWords as text } from '../words/policy.ts'
import { words } from '../words.ts'
import { Panel } from './attack/panel.tsx'
import { textOf, thingsIn } from './policy/document.ts'
import { Drafts } from './policy/drafts.tsx'
import { History } from './policy/history.tsx'
import { NewDraft } from './policy/new-draft.tsx'
import { rereadPolicy } from './policy/reread-policy.ts'
import { RolloutPanel } from './policy/rollout-panel.tsx'

const apply_command = 'gatehouse apply -f policy.yaml -m "first policy"'

export function PolicyPage() {
  const { data, error, refetch } = useQuery(policyQuery)
  useRereadOnRollout(data?.revision)
  const is_empty = error instanceof ApiProblem && error.status === 404
  return (
    <>
      <PageHeader title={text.title} lead={text.lead}>
        {data && <NewDraft />}
      </PageHeader>
      {is_empty && (
        <Empty
          icon="policy"
          title={text.none_title}
          text={text.none_text}
          commands={[apply_command]}
        />
      )}
      {error && !is_empty && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && (
        // On a phone the roll-out stands above the history, which may be long; where there is room, beside all.
        <div className="grid items-start gap-4 *:min-w-0 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] xl:grid-rows-[auto_auto_1fr]">
          <Current />
          <div className="xl:col-start-2 xl:row-span-3 xl:row-start-1">
            <RolloutPanel />
          </div>
          <Drafts head={data.revision} />
          <History head={data.revision} />
        </div>
      )}
    </>
  )
}

/** Whoever commits, here or elsewhere: the roll-out is told live, and the page follows it. */
function useRereadOnRollout(shown: number | undefined): void {
  const client = useQueryClient()
  const { data } = useQuery(rolloutQuery)
  const { revision, state } = data?.rollout ?? {}
  const seen = useRef('')
  useEffect(() => {
    const now = `${revision} ${state}`
    const is_known = seen.current === now || (seen.current === '' && revision === shown)
    seen.current = now
    if (revision !== undefined && !is_known) rereadPolicy(client)
  }, [revision, state, shown, client])
}

function Current() {
  const { data } = useQuery(policyQuery)
  if (!data) return null
  const counts = (['sites', 'own_rules', 'exceptions', 'rate_limits', 'jails'] as const).map(
    (section) => [text.sections[section], thingsIn(data.document, section).length] as const,
  )
  return (
    <Panel title={text.current}>
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-semibold text-xl">{text.revision(data.revision)}</span>
        <code className="font-mono text-ink-2 text-sm">{data.bundle}</code>
      </div>
      <p className="mt-1 break-words">{textOf(data.message) || text.no_message}</p>
      <p className="label">
        <When at={data.at} is_full /> {text.by(data.author)}
      </p>
      <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-2">
        {counts.map(([label, n]) => (
          <div key={label}>
            <dt className="label">{label}</dt>
            <dd className="font-semibold">{n}</dd>
          </div>
        ))}
      </dl>
      <Link
        to="/policy/commits/$revision"
        params={{ revision: String(data.revision) }}
        className="touch mt-3 inline-block text-accent text-sm hover:underline"
      >
        {text.see_commit}
      </Link>
    </Panel>
  )
}
