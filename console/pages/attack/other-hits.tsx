import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Attack } from '#model/attack.ts'
import { formatAttackQuery } from '#model/attack-query.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { HitSummary } from '#model/hit.ts'
import { attackHitsQuery, clientHitsQuery } from '../../queries.ts'
import { ActionBadge } from '../../ui/badge.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'
import { Panel } from './panel.tsx'

type Props = {
  readonly attack: Attack
  /** Who made the hit on the page. */
  readonly client: string
  /** The hit on the page. */
  readonly shown_id: string
  readonly newest_id: string
}

/** What belongs to the same attack, and what else the client did. */
export function OtherHits({ attack, client, shown_id, newest_id }: Props) {
  const text = words.attack
  const of_attack = useQuery(attackHitsQuery(attack.id)).data?.items ?? []
  const of_client = useQuery(clientHitsQuery(client)).data?.items ?? []
  const foreign = of_client.filter((hit) => hit.attack_id !== attack.id)
  return (
    <>
      <Panel title={text.of_attack}>
        <HitList
          hits={of_attack}
          shown_id={shown_id}
          newest_id={newest_id}
          none={text.none_of_attack}
        />
      </Panel>
      <Panel title={text.of_client}>
        <HitList
          hits={foreign}
          shown_id={shown_id}
          newest_id={newest_id}
          none={text.none_of_client}
        />
        {foreign.length > 0 && (
          <Link
            to="/attacks"
            search={{ q: formatAttackQuery([{ key: 'client', value: client }]) }}
            className="touch mt-2 inline-block text-accent text-sm hover:underline"
          >
            {text.all_of_client}
          </Link>
        )}
      </Panel>
    </>
  )
}

type ListProps = {
  readonly hits: readonly HitSummary[]
  readonly shown_id: string
  readonly newest_id: string
  readonly none: string
}

function HitList({ hits, shown_id, newest_id, none }: ListProps) {
  if (hits.every((hit) => hit.id === shown_id)) return <p className="text-ink-2">{none}</p>
  return (
    <ul className="-mx-2 max-h-96 overflow-y-auto">
      {hits.map((hit) => (
        <li key={hit.id}>
          <Link
            to="/attacks/$id"
            params={{ id: hit.attack_id }}
            search={hit.id === newest_id ? {} : { hit: hit.id }}
            replace
            {...(hit.id === shown_id ? { 'aria-current': 'true' as const } : {})}
            className="touch block rounded-md px-2 py-1.5 hover:bg-hover aria-[current]:bg-accent-soft"
          >
            <span className="flex items-center justify-between gap-2 text-sm">
              <span className="min-w-0 truncate">{attackTypeNames[hit.attack_type]}</span>
              <ActionBadge action={hit.action} />
            </span>
            <code className="block truncate text-xs">{hit.value}</code>
            <span className="label flex justify-between gap-2">
              <span className="truncate font-mono">{hit.client}</span>
              <When at={hit.at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
