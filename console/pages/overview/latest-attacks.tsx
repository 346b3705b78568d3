import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Attack } from '#model/attack.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { useRereadOnAttacks } from '../../live/live.tsx'
import { attacksQuery } from '../../queries.ts'
import { BlockedBadge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'

const shown = 6

/** The newest attacks, live; they hold still while somebody points at them. */
export function LatestAttacks() {
  const query = attacksQuery({}, shown)
  const { data } = useInfiniteQuery(query)
  useRereadOnAttacks(query.queryKey)
  const [held, setHeld] = useState<readonly Attack[]>()
  const newest = data?.pages[0]?.items.slice(0, shown) ?? []
  const attacks = held ?? newest
  if (attacks.length === 0) return null
  const hold = () => setHeld((before) => before ?? newest)
  const release = () => setHeld(undefined)
  return (
    <section
      aria-label={words.overview.latest}
      className="panel p-4"
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
    >
      <header className="mb-1 flex items-center justify-between">
        <h2 className="font-semibold">{words.overview.latest}</h2>
        <Link
          to="/attacks"
          className="touch flex items-center gap-1 text-accent text-sm hover:underline"
        >
          {words.overview.all_attacks}
          <Icon name="right" size={14} />
        </Link>
      </header>
      <ul>
        {attacks.map((attack) => (
          <li key={attack.id} className="border-line border-t first:border-t-0">
            <Link
              to="/attacks/$id"
              params={{ id: attack.id }}
              className="-mx-2 grid grid-cols-[auto_1fr_auto] items-center gap-x-4 gap-y-0.5 rounded-md px-2 py-2 hover:bg-hover lg:grid-cols-[5rem_12rem_minmax(0,1fr)_9rem_auto]"
            >
              <span className="text-ink-2 text-sm">
                <When at={attack.last_at} />
              </span>
              <span className="min-w-0 truncate font-medium">
                {attackTypeNames[attack.attack_type]}
              </span>
              <code className="min-w-0 truncate text-sm max-lg:order-last max-lg:col-span-3">
                {attack.value}
              </code>
              <span className="truncate font-mono text-ink-2 text-sm max-lg:hidden">
                {attack.client}
              </span>
              <span className="justify-self-end">
                <BlockedBadge hits={attack.hits} blocked={attack.blocked} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
