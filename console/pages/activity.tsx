/** Activity: who changed what, and whether the chain of entries is whole. */
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Activity } from '#model/activity.ts'
import { api } from '../api.ts'
import { whole } from '../format/number.ts'
import { activityQuery } from '../queries/settings.ts'
import { useMay } from '../session/may.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { lineClass } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { State } from '../ui/state.tsx'
import { When } from '../ui/when.tsx'
import { activityWords } from '../words/activity.ts'
import { settingsWords } from '../words/settings.ts'
import { words } from '../words.ts'
import { SettingsFrame } from './settings/settings-frame.tsx'

const text = settingsWords.activity
const route = getRouteApi('/activity')

export function ActivityPage() {
  const may = useMay()
  return (
    <SettingsFrame tab="activity" lead={text.lead}>
      {may('analyst') ? <Log /> : <p className="text-ink-2">{text.analysts}</p>}
    </SettingsFrame>
  )
}

function Log() {
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useInfiniteQuery(activityQuery(q))
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const entries = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="mb-3 flex flex-wrap items-start gap-3">
        <input
          type="search"
          aria-label={text.search}
          placeholder={text.search_placeholder}
          defaultValue={q}
          onChange={(event) => {
            const next = event.target.value.trim()
            void navigate({ search: next ? { q: next } : {}, replace: true })
          }}
          className={`${lineClass} max-w-sm`}
        />
        <Verify />
      </div>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && entries.length === 0 && (
        <Empty icon="log" title={q ? text.none_fits : text.none} text={text.none_text} />
      )}
      {entries.length > 0 && (
        <ol className="panel divide-y divide-line">
          {entries.map((entry) => (
            <li key={entry.number}>
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {text.more}
        </Button>
      )}
    </>
  )
}

function Entry({ entry }: { readonly entry: Activity }) {
  const details = Object.entries(entry.details)
  return (
    <details className="group">
      <summary className="touch flex list-none flex-wrap items-baseline gap-x-4 px-3 py-2 hover:bg-hover sm:grid sm:grid-cols-[1rem_9rem_9rem_minmax(0,1fr)]">
        <span className="text-ink-3 group-open:rotate-90 max-sm:hidden">
          <Icon name="right" size={12} />
        </span>
        <span className="text-ink-2 text-sm">
          <When at={entry.at} />
        </span>
        <span className="truncate font-medium">{entry.who}</span>
        <span className="min-w-0 break-words max-sm:w-full">
          {activityWords[entry.action] && <span>{activityWords[entry.action]}: </span>}
          <span className="text-ink-2">{entry.subject}</span>{' '}
          <code className="ml-1 font-mono text-ink-2 text-sm">{entry.action}</code>
        </span>
      </summary>
      <div className="border-line border-t bg-sunken/40 px-3 py-2 text-sm sm:pl-11">
        {details.length === 0 && <p className="text-ink-2">{text.no_details}</p>}
        <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[10rem_minmax(0,1fr)]">
          {details.map(([key, value]) => (
            <div key={key} className="grid sm:col-span-2 sm:grid-cols-subgrid">
              <dt className="text-ink-2">{key}</dt>
              <dd className="evidence min-w-0">
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </dd>
            </div>
          ))}
        </dl>
        <p className="label mt-1 break-all font-mono">
          #{entry.number} · {text.from(entry.client)} · {entry.at} · {entry.hash}
        </p>
      </div>
    </details>
  )
}

/** Recomputes every hash on the server and says what came out. */
function Verify() {
  const verify = useMutation({ mutationFn: () => api.call('GET /api/v1/activity/verify') })
  const { data } = verify
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-3">
      <Button disabled={verify.isPending} onClick={() => verify.mutate()} className="h-9">
        <Icon name="shield_check" size={14} />
        {text.verify}
      </Button>
      <div role="status" className="flex min-w-0 flex-wrap items-center gap-3">
        {verify.isPending && <State tone="busy" icon="sync" word={text.verifying} />}
        {data?.is_intact && (
          <>
            <State tone="good" icon="check" word={text.intact(whole(data.entries))} />
            <span className="label min-w-0 break-all">
              {text.head}: <code className="font-mono">{data.head}</code>
            </span>
            <CopyButton look="quiet" text={data.head} />
          </>
        )}
        {data && !data.is_intact && (
          <>
            <State tone="bad" icon="warning" word={text.broken(data.broken_at ?? 0)} />
            <span>{data.reason}</span>
          </>
        )}
      </div>
      {verify.error && <ProblemView error={verify.error} />}
    </div>
  )
}
