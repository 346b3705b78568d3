import { useQuery } from '@tanstack/react-query'
import type { AttackQuery } from '#model/attack-query.ts'
import { groupsQuery } from '../../queries.ts'
import { words } from '../../words.ts'

/** How much the filter finds, in all. */
export function Totals({ query }: { readonly query: AttackQuery }) {
  const { data } = useQuery(groupsQuery(query, 'type'))
  if (!data) return <p className="label" />
  const sum = (name: 'attacks' | 'hits' | 'blocked') =>
    data.groups.reduce((n, group) => n + group[name], 0)
  return (
    <p role="status" className="text-ink-2 text-sm">
      {words.attacks.totals(sum('attacks'), sum('hits'), sum('blocked'))}
    </p>
  )
}
