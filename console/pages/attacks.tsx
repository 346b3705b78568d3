/** ★ Attacks: what is looked for, what was found, and what just came in. All of it is in the address. */
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import {
  type AttackQuery,
  attackQueryOf,
  formatAttackQuery,
  parseAttackQuery,
  type QueryToken,
} from '#model/attack-query.ts'
import type { GroupBy } from '../queries.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { words } from '../words.ts'
import { AttackList } from './attacks/attack-list.tsx'
import { ExportLinks } from './attacks/export-links.tsx'
import { Facets } from './attacks/facets.tsx'
import { FilterBar } from './attacks/filter-bar.tsx'
import { GroupList } from './attacks/group-list.tsx'
import { TimeRange } from './attacks/time-range.tsx'
import { Totals } from './attacks/totals.tsx'

const route = getRouteApi('/attacks')
const groups = ['none', 'type', 'client', 'target', 'site'] as const

export type FilterProps = {
  readonly tokens: readonly QueryToken[]
  readonly query: AttackQuery
  readonly onChange: (tokens: readonly QueryToken[]) => void
}

export function AttacksPage() {
  const { q = '', group } = route.useSearch()
  const navigate = route.useNavigate()
  const text = words.attacks
  const tokens = useMemo(() => parseAttackQuery(q), [q])
  const query = useMemo(() => attackQueryOf(tokens), [tokens])
  const go = (to: { q?: string; group?: GroupBy | undefined }) => {
    const next = { q, group, ...to }
    navigate({
      search: {
        ...(next.q === '' ? {} : { q: next.q }),
        ...(next.group === undefined ? {} : { group: next.group }),
      },
    })
  }
  const filter: FilterProps = {
    tokens,
    query,
    onChange: (next) => go({ q: formatAttackQuery(next) }),
  }
  return (
    <>
      <PageHeader title={text.title}>
        <TimeRange {...filter} />
        <ExportLinks query={query} />
      </PageHeader>
      <FilterBar {...filter} />
      <Facets {...filter} />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <Totals query={query} />
        <Segmented
          label={text.group}
          value={group ?? 'none'}
          options={groups.map((value) => ({ value, label: text.groups[value] }))}
          onChange={(value) => go({ group: value === 'none' ? undefined : value })}
        />
      </div>
      {group === undefined ? (
        <AttackList {...filter} />
      ) : (
        <GroupList
          {...filter}
          by={group}
          onOpen={(next) => go({ q: formatAttackQuery(next), group: undefined })}
        />
      )}
    </>
  )
}
