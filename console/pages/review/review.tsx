/** ★ Review: check, what changes, replay, commit; each step is about the very state that is committed. */
import { useQuery } from '@tanstack/react-query'
import type { Draft } from '#model/draft.ts'
import { checkQuery, diffQuery } from '../../queries/policy.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { Panel } from '../attack/panel.tsx'
import type { DraftEdit } from '../draft/use-draft.ts'
import { ChangeList } from '../policy/change-list.tsx'
import { Check } from './check.tsx'
import { CommitPanel } from './commit-panel.tsx'
import { Replay } from './replay.tsx'

type Props = {
  readonly edit: DraftEdit
  readonly draft: Draft
  /** Newest revision; undefined before it is known. */
  readonly head: number | undefined
}

export function Review({ edit, draft, head }: Props) {
  if (edit.is_dirty) {
    return (
      <Panel title={text.unsaved}>
        <Button look="primary" disabled={edit.is_saving} onClick={() => void edit.save()}>
          {text.save_and_review}
        </Button>
      </Panel>
    )
  }
  if (head === undefined) return <Skeleton lines={6} label={text.checking} />
  return <Saved draft={draft} head={head} />
}

/** What others committed since the draft was made: the draft neither holds nor undoes it. */
function Meanwhile({ base, head }: { readonly base: number; readonly head: number }) {
  const { data, error, refetch } = useQuery(diffQuery(String(base), String(head)))
  return (
    <Panel title={text.meanwhile} lead={text.meanwhile_lead(base + 1, head)}>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={3} label={text.meanwhile} />}
      {data && <ChangeList changes={data.changes} />}
    </Panel>
  )
}

function Saved({ draft, head }: { readonly draft: Draft; readonly head: number }) {
  const { id, etag } = draft
  const check = useQuery(checkQuery(id, etag, head))
  // Beside the newest commit, a draft that is older would seem to undo what others committed since.
  const diff = useQuery(diffQuery(String(draft.base_revision), `draft:${id}`, etag))
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title={text.check}>
          <Check draft_id={id} check={check} />
        </Panel>
        <Panel title={text.diff}>
          {diff.error && <ProblemView error={diff.error} onRetry={diff.refetch} />}
          {!diff.data && !diff.error && <Skeleton lines={3} label={text.diff} />}
          {diff.data && <ChangeList changes={diff.data.changes} />}
        </Panel>
        {draft.base_revision < head && <Meanwhile base={draft.base_revision} head={head} />}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title={text.replay} lead={text.replay_lead}>
          <Replay
            id={id}
            etag={etag}
            head={head}
            // A draft that does not compile has no outcome to compare.
            is_ready={check.data?.is_good === true}
          />
        </Panel>
        <CommitPanel
          draft={draft}
          head={head}
          changes={diff.data?.changes.length}
          is_good={check.data?.is_good === true}
        />
      </div>
    </div>
  )
}
