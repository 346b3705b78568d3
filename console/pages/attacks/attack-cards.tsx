import { Link } from '@tanstack/react-router'
import type { Attack } from '#model/attack.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { BlockedBadge } from '../../ui/badge.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'
import type { Rows } from './use-rows.ts'

type Props = { readonly attacks: readonly Attack[]; readonly rows: Rows }

/** The list for narrow screens. */
export function AttackCards({ attacks, rows }: Props) {
  return (
    <div ref={rows.ref}>
      <ul style={{ paddingTop: rows.before_px, paddingBottom: rows.after_px }}>
        {rows.drawn.map(({ index }) => {
          const attack = attacks[index]
          return attack ? (
            <li
              key={attack.id}
              data-index={index}
              ref={rows.measure}
              aria-setsize={-1}
              aria-posinset={index + 1}
              className="pb-2"
            >
              <Card attack={attack} />
            </li>
          ) : null
        })}
      </ul>
    </div>
  )
}

function Card({ attack }: { readonly attack: Attack }) {
  return (
    <Link
      to="/attacks/$id"
      params={{ id: attack.id }}
      className="panel block px-3 py-2.5 focus-within:border-accent"
    >
      <span className="flex items-start justify-between gap-3">
        <span className="min-w-0 font-medium">{attackTypeNames[attack.attack_type]}</span>
        <BlockedBadge hits={attack.hits} blocked={attack.blocked} />
      </span>
      <code className="mt-1 block truncate text-sm">{attack.value}</code>
      <span className="label block truncate">
        {attack.target} {attack.parameter}
      </span>
      <span className="label mt-1 flex justify-between gap-3">
        <span className="truncate font-mono">
          {attack.client}
          {attack.clients > 1 && ` ${words.attacks.more_clients(attack.clients - 1)}`}
        </span>
        <span className="shrink-0">
          {words.overview.hits(attack.hits)} · <When at={attack.last_at} />
        </span>
      </span>
    </Link>
  )
}
