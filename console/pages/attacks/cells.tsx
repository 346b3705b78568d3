import { Link } from '@tanstack/react-router'
import type { Attack } from '#model/attack.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { compact, whole } from '../../format/number.ts'
import { BlockedBadge } from '../../ui/badge.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'

type Props = { readonly attack: Attack }

export function LastCell({ attack }: Props) {
  return (
    <span className="text-ink-2 text-sm">
      <When at={attack.last_at} />
    </span>
  )
}

/** The row's link; it covers the row, so that a click anywhere opens it. */
export function TypeCell({ attack }: Props) {
  return (
    <>
      <Link
        to="/attacks/$id"
        params={{ id: attack.id }}
        className="block truncate font-medium after:absolute after:inset-0"
      >
        {attackTypeNames[attack.attack_type]}
      </Link>
      <span className="label block truncate font-mono">{attack.parameter}</span>
    </>
  )
}

export function PayloadCell({ attack }: Props) {
  return (
    <>
      <code className="block truncate text-sm">{attack.value}</code>
      <span className="label block truncate">{attack.target}</span>
    </>
  )
}

export function ClientCell({ attack }: Props) {
  return (
    <>
      <span className="block truncate font-mono text-sm">{attack.client}</span>
      {attack.clients > 1 && (
        <span className="label block">{words.attacks.more_clients(attack.clients - 1)}</span>
      )}
    </>
  )
}

export function HitsCell({ attack }: Props) {
  return <span title={whole(attack.hits)}>{compact(attack.hits)}</span>
}

export function ActionCell({ attack }: Props) {
  return <BlockedBadge hits={attack.hits} blocked={attack.blocked} />
}
