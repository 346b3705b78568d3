import type { Attack } from '#model/attack.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import { whole } from '../../format/number.ts'
import { variableWords } from '../../format/operator-words.ts'
import { BlockedBadge } from '../../ui/badge.tsx'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'

/** What this attack is, in one look. */
export function AttackHeader({ attack }: { readonly attack: Attack }) {
  const text = words.attack
  return (
    <header className="mb-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="font-semibold text-2xl tracking-tight">
          {attackTypeNames[attack.attack_type]}
        </h1>
        <BlockedBadge hits={attack.hits} blocked={attack.blocked} />
      </div>
      <p className="mt-1 break-words text-ink-2">
        <span className="font-mono text-ink text-sm">{attack.target}</span>,{' '}
        {variableWords(attack.parameter)}
      </p>
      <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
        <Fact label={text.hits}>{whole(attack.hits)}</Fact>
        <Fact label={text.clients}>{whole(attack.clients)}</Fact>
        <Fact label={text.score}>{whole(attack.score_max)}</Fact>
        <Fact label={text.first}>
          <When at={attack.first_at} is_full />
        </Fact>
        <Fact label={text.last}>
          <When at={attack.last_at} is_full />
        </Fact>
      </dl>
    </header>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className="label">{label}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  )
}
