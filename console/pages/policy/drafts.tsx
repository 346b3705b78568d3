import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DraftSummary } from '#model/draft.ts'
import { draftsQuery } from '../../queries/policy.ts'
import { useSession } from '../../session/session-gate.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { State } from '../../ui/state.tsx'
import { When } from '../../ui/when.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { Panel } from '../attack/panel.tsx'

/** Changes under way: yours and those of others, and which of them are older than the newest commit. */
export function Drafts({ head }: { readonly head: number }) {
  const { data, error } = useQuery(draftsQuery)
  return (
    <Panel title={text.drafts}>
      {error && <ProblemView error={error} />}
      {data?.drafts.length === 0 && <p className="text-ink-2">{text.drafts_none}</p>}
      <ul className="-mx-2 flex flex-col">
        {data?.drafts.map((draft) => (
          <Row key={draft.id} draft={draft} head={head} />
        ))}
      </ul>
    </Panel>
  )
}

function Row({ draft, head }: { readonly draft: DraftSummary; readonly head: number }) {
  const { username } = useSession()
  const is_stale = draft.is_stale || draft.base_revision < head
  return (
    <li>
      <Link
        to="/policy/drafts/$id"
        params={{ id: draft.id }}
        className="touch flex flex-wrap items-center justify-between gap-x-4 gap-y-0.5 rounded-md px-2 py-1.5 hover:bg-hover"
      >
        <span className="min-w-0">
          <span className="block break-words font-medium">{draft.name}</span>
          <span className="label">
            {draft.owner === username ? text.yours : text.draft_of(draft.owner)},{' '}
            {text.based_on(draft.base_revision)}, {text.changed_at} <When at={draft.updated_at} />
          </span>
        </span>
        {is_stale && <State tone="warning" icon="clock" word={text.stale} />}
      </Link>
    </li>
  )
}
