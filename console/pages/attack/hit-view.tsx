import type { ReactNode } from 'react'
import type { Action, Hit, MatchRecord } from '#model/hit.ts'
import { curlCommand } from '../../format/curl.ts'
import { ActionBadge } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { words } from '../../words.ts'
import { BanSource } from './ban.tsx'
import { Facts } from './facts.tsx'
import { FixPanel } from './fix-panel.tsx'
import { Ladder } from './ladder.tsx'
import { Panel } from './panel.tsx'
import { RequestView } from './request-view.tsx'
import { Rules } from './rules.tsx'

type Props = {
  readonly hit: Hit
  /** Goes below the facts. */
  readonly children?: ReactNode
}

/** All we know of one hit: why, the request, how it was decoded, and every rule that matched. */
export function HitView({ hit, children }: Props) {
  const text = words.attack
  const heaviest = heaviestOf(hit.matches)
  return (
    <article className="flex flex-col gap-4">
      <Why hit={hit} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title={text.request} lead={text.request_lead}>
            <RequestView request={hit.request} />
          </Panel>
          {heaviest && (
            <Panel title={text.decoded} lead={text.decoded_lead}>
              <Ladder match={heaviest} request={hit.request} />
            </Panel>
          )}
          <Panel title={text.rules(hit.matches.length)}>
            <Rules hit={hit} shown={heaviest} />
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {/* What was refused before the rules ran has no rule to except. */}
          {hit.action !== 'refused' && <FixPanel key={hit.id} request_id={hit.request_id} />}
          <Panel title={text.facts}>
            <Facts hit={hit} />
          </Panel>
          {children}
        </div>
      </div>
    </article>
  )
}

const edges = {
  blocked: 'border-l-blocked',
  monitored: 'border-l-monitored',
  refused: 'border-l-refused',
} as const satisfies Record<Action, string>

function Why({ hit }: { readonly hit: Hit }) {
  const text = words.attack
  return (
    <section
      aria-label={text.why}
      className={`panel flex flex-wrap items-start justify-between gap-3 border-l-4 py-3 pr-3 pl-4 ${edges[hit.action]}`}
    >
      <div className="flex min-w-0 grow basis-80 flex-col items-start gap-1.5">
        <ActionBadge action={hit.action} />
        <p className="break-words text-lg">{hit.reason}</p>
      </div>
      <div className="flex flex-wrap gap-1.5">
        <CopyButton label={text.copy_curl} text={() => curlCommand(hit.request, hostOf(hit))} />
        <CopyButton label={text.copy_json} text={() => JSON.stringify(hit, null, 2)} />
        <CopyButton label={text.copy_id} text={hit.request_id} />
        <BanSource key={hit.client} client={hit.client} reason={hit.reason.slice(0, 200)} />
      </div>
    </section>
  )
}

/** The match to explain first: the highest score, and of these the one whose value was changed the most. */
function heaviestOf(matches: readonly MatchRecord[]): MatchRecord | undefined {
  return matches.toSorted((a, b) => b.score - a.score || b.steps.length - a.steps.length)[0]
}

function hostOf(hit: Hit): string {
  return hit.target.split('/')[0] || 'localhost'
}
