import { useState } from 'react'
import type { Hit, MatchRecord, RequestRecord } from '#model/hit.ts'
import { operatorWords, variableWords } from '../../format/operator-words.ts'
import { Tag } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Evidence } from '../../ui/evidence.tsx'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'
import { Ladder } from './ladder.tsx'

/** A request made to match everything must not make a page that nobody can open. */
const listed_max = 25

type Props = {
  readonly hit: Hit
  /** The match whose decoding stands above: what is decoded alike is not shown again. */
  readonly shown: MatchRecord | undefined
}

/** Every rule that matched, heaviest first; the first is open. */
export function Rules({ hit, shown }: Props) {
  const { matches, request } = hit
  const [is_all, setAll] = useState(false)
  if (matches.length === 0) return <p className="text-ink-2">{words.attack.no_rules}</p>
  const sorted = matches.toSorted((a, b) => b.score - a.score)
  const listed = is_all ? sorted : sorted.slice(0, listed_max)
  return (
    <ul className="flex flex-col gap-2">
      {listed.map((match, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule may match a variable more than once
        <li key={i}>
          <Rule
            match={match}
            request={request}
            is_open={i === 0}
            is_decoded_alike={isAlike(match, shown)}
          />
        </li>
      ))}
      {listed.length < sorted.length && (
        <li>
          <Button onClick={() => setAll(true)}>{words.attack.show_all_rules(sorted.length)}</Button>
        </li>
      )}
    </ul>
  )
}

/** CRS scores critical 5, error 4, warning 3, notice 2: the heavier, the louder. */
function lookOf(severity: string): string {
  switch (severity.toUpperCase()) {
    case 'EMERGENCY':
    case 'ALERT':
    case 'CRITICAL':
      return 'text-blocked'
    case 'ERROR':
    case 'WARNING':
      return 'text-monitored'
    default:
      return 'text-ink-2'
  }
}

function isAlike(match: MatchRecord, shown: MatchRecord | undefined): boolean {
  return (
    shown !== undefined &&
    match.raw_value === shown.raw_value &&
    match.value === shown.value &&
    match.highlight_start === shown.highlight_start &&
    match.highlight_end === shown.highlight_end
  )
}

type RuleProps = {
  readonly request: RequestRecord
  readonly match: MatchRecord
  readonly is_open: boolean
  readonly is_decoded_alike: boolean
}

function Rule({ match, request, is_open, is_decoded_alike }: RuleProps) {
  const text = words.attack
  const [is_shown, setShown] = useState(is_open)
  return (
    <details
      open={is_open}
      onToggle={(event) => event.currentTarget.open && setShown(true)}
      className="group rounded-md border border-line"
    >
      <summary className="touch flex list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-md px-3 py-2 hover:bg-hover">
        <span className="text-ink-3 group-open:rotate-90">
          <Icon name="right" size={12} />
        </span>
        <span className="font-mono text-sm">{match.rule_id}</span>
        <span className="min-w-0 grow basis-48 font-medium">{match.message}</span>
        <span className={`label font-medium uppercase ${lookOf(match.severity)}`}>
          {match.severity}
        </span>
        <span className="label whitespace-nowrap">
          {text.score} <span className="font-semibold text-ink">{match.score}</span>
        </span>
      </summary>
      {is_shown && (
        <div className="border-line border-t px-3 py-3">
          <RuleFacts match={match} />
          {is_decoded_alike ? (
            <p className="label">{text.same_as_above}</p>
          ) : (
            <Ladder match={match} request={request} />
          )}
        </div>
      )}
    </details>
  )
}

function RuleFacts({ match }: { readonly match: MatchRecord }) {
  const text = words.attack
  const { sentence, argument } = operatorWords(match.operator)
  return (
    <dl className="mb-3 grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-sm">
      <Row label={text.variable}>
        {variableWords(match.variable)} <code className="label font-mono">{match.variable}</code>
      </Row>
      <Row label={text.operator}>
        {sentence}
        {argument !== '' && <Evidence label={text.operator} text={argument} />}
      </Row>
      <Row label={text.place}>
        <code className="break-all font-mono">
          {match.file}:{match.line}
        </code>
      </Row>
      {match.data !== '' && (
        <Row label={text.data}>
          <span className="evidence">{match.data}</span>
        </Row>
      )}
      {match.paranoia_level !== null && <Row label={text.paranoia}>{match.paranoia_level}</Row>}
      <Row label={text.phase}>{match.phase}</Row>
      {match.tags.length > 0 && (
        <Row label={text.tags}>
          <span className="flex flex-wrap gap-1">
            {match.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </Row>
      )}
    </dl>
  )
}

function Row({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt className="label pt-px">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}
