import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { CommitSummary } from '#model/draft.ts'
import { historyQuery } from '../../queries/policy.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { When } from '../../ui/when.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { Panel } from '../attack/panel.tsx'
import { RollBack } from './roll-back.tsx'
import { RolloutState } from './rollout-panel.tsx'

/** Commits, newest first; each can be looked into and committed again. */
export function History({ head }: { readonly head: number }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery(historyQuery)
  const commits = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel title={text.history}>
      {error && <ProblemView error={error} />}
      <ol className="divide-y divide-line">
        {commits.map((commit) => (
          <Row key={commit.revision} commit={commit} head={head} />
        ))}
      </ol>
      {hasNextPage && (
        <Button className="mt-2" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {text.more}
        </Button>
      )}
    </Panel>
  )
}

function Row({ commit, head }: { readonly commit: CommitSummary; readonly head: number }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
      <div className="min-w-0 grow basis-60">
        <Link
          to="/policy/commits/$revision"
          params={{ revision: String(commit.revision) }}
          className="touch break-words font-medium hover:underline"
        >
          <span className="text-ink-3">{commit.revision}</span> {commit.message || text.no_message}
        </Link>
        <p className="label">
          <When at={commit.at} /> {text.by(commit.author)}, {text.changes(commit.changes)}
        </p>
      </div>
      <div className="flex items-center gap-4 max-sm:w-full max-sm:justify-between">
        <RolloutState state={commit.rollout} />
        {commit.revision !== head && <RollBack revision={commit.revision} head={head} />}
      </div>
    </li>
  )
}
