import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatAttackQuery } from '#model/attack-query.ts'
import type { Hit } from '#model/hit.ts'
import { When } from '../../ui/when.tsx'
import { words } from '../../words.ts'

const linkClass = 'text-accent underline-offset-4 hover:underline'

/** Who, where, when, and under which rules. */
export function Facts({ hit }: { readonly hit: Hit }) {
  const text = words.attack
  return (
    <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm">
      <Row label={text.time}>
        <When at={hit.at} is_full />
      </Row>
      <Row label={text.client}>
        <FilterLink name="client" value={hit.client} />
      </Row>
      <Row label={text.site}>
        <FilterLink name="site" value={hit.site} />
      </Row>
      <Row label={text.target}>
        <FilterLink name="target" value={hit.target} />
      </Row>
      {hit.parameter !== '' && (
        <Row label={text.parameter}>
          <FilterLink name="parameter" value={hit.parameter} />
        </Row>
      )}
      <Row label={text.status}>{hit.status}</Row>
      <Row label={text.score}>{hit.score}</Row>
      <Row label={text.node}>{hit.node}</Row>
      <Row label={text.rule_set}>{hit.rule_set}</Row>
      <Row label={text.bundle}>
        <code className="break-all font-mono">{hit.bundle}</code>
      </Row>
      <Row label={text.request_id}>
        <Link to="/requests/$id" params={{ id: hit.request_id }} className={linkClass}>
          <code className="break-all font-mono">{hit.request_id}</code>
        </Link>
      </Row>
    </dl>
  )
}

type FilterLinkProps = {
  readonly name: 'client' | 'site' | 'target' | 'parameter'
  readonly value: string
}

function FilterLink({ name, value }: FilterLinkProps) {
  return (
    <Link
      to="/attacks"
      search={{ q: formatAttackQuery([{ key: name, value }]) }}
      className={`break-all font-mono ${linkClass}`}
    >
      {value}
    </Link>
  )
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="label pt-px">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}
