import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReplayChange, ReplayResult } from '#model/replay.ts'
import { compact, micros, whole } from '../../format/number.ts'
import { replayQuery } from '../../queries/policy.ts'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { State } from '../../ui/state.tsx'
import { When } from '../../ui/when.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { words } from '../../words.ts'

const spans = [
  { value: '1', label: words.ranges['1h'] },
  { value: '24', label: words.ranges['24h'] },
  { value: '168', label: words.ranges['7d'] },
] as const

type Props = {
  readonly id: string
  readonly etag: string
  readonly head: number
  readonly is_ready: boolean
}

/** What the draft would do with recorded requests, where it is not what the policy in force did. */
export function Replay({ id, etag, head, is_ready }: Props) {
  const [hours, setHours] = useState<(typeof spans)[number]['value']>('24')
  const { data, error, refetch } = useQuery({
    ...replayQuery(id, etag, head, Number(hours)),
    enabled: is_ready,
  })
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Segmented label={text.replay_hours} value={hours} options={spans} onChange={setHours} />
      </div>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && (
        <p role="status">
          {is_ready ? (
            <State tone="busy" icon="sync" word={text.replaying} />
          ) : (
            <span className="text-ink-2">{text.commit_not_good}</span>
          )}
        </p>
      )}
      {data && <Result result={data} />}
    </div>
  )
}

function Result({ result }: { readonly result: ReplayResult }) {
  if (result.requests + result.not_replayed === 0) {
    return <p className="text-ink-2">{text.replay_none}</p>
  }
  const numbers = [
    [text.newly_blocked, result.newly_blocked, 'text-blocked', ''],
    [text.newly_let_through, result.newly_let_through, 'text-monitored', ''],
    [text.same, result.same, '', ''],
    [text.not_replayed, result.not_replayed, '', text.not_replayed_hint],
  ] as const
  return (
    <>
      <p role="status" className="text-ink-2 text-sm">
        {text.replayed(result.requests)} {text.replay_took(micros(result.took_ms * 1000))}
        {result.from && result.to && (
          <>
            , <When at={result.from} /> – <When at={result.to} />
          </>
        )}
      </p>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {numbers.map(([label, n, tone, hint]) => (
          <div key={label} title={hint}>
            <dt className="label">{label}</dt>
            <dd className={`font-semibold text-xl ${n > 0 ? tone : ''}`} title={whole(n)}>
              {compact(n)}
            </dd>
          </div>
        ))}
      </dl>
      {result.changes.length === 0 ? (
        <State tone="good" icon="check" word={text.replay_same} />
      ) : (
        <ul className="flex flex-col gap-2">
          {result.changes.map((change, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the answer is whole and never changes
            <li key={i} className="rounded-md border border-line px-3 py-2">
              <ChangeRow change={change} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function ChangeRow({ change }: { readonly change: ReplayChange }) {
  const is_blocked = change.kind === 'newly_blocked'
  const [first] = change.request_ids
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <State
          tone={is_blocked ? 'bad' : 'warning'}
          icon={is_blocked ? 'blocked' : 'monitored'}
          word={text[change.kind]}
        />
        <span className="text-sm">
          {text.requests(change.requests)} · {text.clients(change.clients)}
        </span>
      </div>
      <p className="mt-1 break-words text-sm">
        <span className="font-medium">{change.site}</span>{' '}
        <code className="font-mono">{change.parameter || text.any_parameter}</code>
      </p>
      <p className="evidence mt-1 rounded bg-sunken px-2 py-1">{change.example}</p>
      <p className="label mt-1 break-words">
        {change.rule_ids.length > 0 && `${text.rules_word} ${change.rule_ids.join(', ')} · `}
        <span className="font-mono">{change.client_examples.join(', ')}</span>
        {first && (
          <>
            {' · '}
            <Link
              to="/requests/$id"
              params={{ id: first }}
              className="text-accent underline underline-offset-4"
            >
              {text.example}
            </Link>
          </>
        )}
      </p>
    </>
  )
}
