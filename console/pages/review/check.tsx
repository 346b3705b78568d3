import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { CheckResult, Finding } from '#model/draft.ts'
import { micros, whole } from '../../format/number.ts'
import { ProblemView } from '../../ui/problem-view.tsx'
import { State } from '../../ui/state.tsx'
import { policyWords as text } from '../../words/policy.ts'
import { placeOf } from '../draft/draft-search.ts'

/** Findings beyond this many are the same few again. */
const shown_max = 200

type Props = { readonly draft_id: string; readonly check: UseQueryResult<CheckResult> }

/** What the server found when it compiled the draft; each finding leads to its field. */
export function Check({ draft_id, check: { data, error, refetch, isFetching } }: Props) {
  if (error) return <ProblemView error={error} onRetry={refetch} />
  if (!data || isFetching) {
    return (
      <p role="status">
        <State tone="busy" icon="sync" word={text.checking} />
      </p>
    )
  }
  const errors = data.findings.filter((finding) => finding.severity === 'error').length
  const warnings = data.findings.length - errors
  const failed = data.tests.filter((test) => !test.passed)
  return (
    <div className="flex flex-col gap-2">
      <div role="status" className="flex flex-wrap gap-x-5 gap-y-1">
        {data.is_good ? (
          <State
            tone="good"
            icon="check"
            word={text.check_good(whole(data.rules), data.rule_set, micros(data.took_ms * 1000))}
          />
        ) : (
          <State tone="bad" icon="refused" word={text.check_bad(errors + failed.length)} />
        )}
        {warnings > 0 && (
          <State tone="warning" icon="warning" word={text.check_warnings(warnings)} />
        )}
        {data.tests.length > 0 && (
          <State
            tone={failed.length === 0 ? 'good' : 'bad'}
            icon={failed.length === 0 ? 'check' : 'refused'}
            word={text.tests(data.tests.length - failed.length, data.tests.length)}
          />
        )}
      </div>
      <ul className="flex flex-col gap-1">
        {data.findings.slice(0, shown_max).map((finding) => (
          <li key={`${finding.path} ${finding.message}`}>
            <FindingRow draft_id={draft_id} finding={finding} />
          </li>
        ))}
        {failed.map((test) => (
          <li key={`${test.rules} ${test.test}`} className="flex flex-col px-2 py-1 text-sm">
            <State tone="bad" icon="refused" word={`${test.rules}: ${test.test}`} />
            <span className="break-words">{test.message}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

type RowProps = { readonly draft_id: string; readonly finding: Finding }

function FindingRow({ draft_id, finding }: RowProps) {
  const is_error = finding.severity === 'error'
  return (
    <Link
      to="/policy/drafts/$id"
      params={{ id: draft_id }}
      search={placeOf(finding.path)}
      className="touch -mx-2 block rounded-md px-2 py-1 hover:bg-hover"
    >
      <span className="flex flex-wrap items-baseline gap-x-3">
        <State
          tone={is_error ? 'bad' : 'warning'}
          icon={is_error ? 'refused' : 'warning'}
          word={text.severities[finding.severity]}
        />
        <code className="break-all font-mono text-accent text-sm underline underline-offset-4">
          {finding.path || text.title}
        </code>
      </span>
      <span className="block break-words text-sm">{finding.message}</span>
    </Link>
  )
}
