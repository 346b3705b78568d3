import { useQuery } from '@tanstack/react-query'
import type { AttackQuery } from '#model/attack-query.ts'
import { attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { compact } from '../../format/number.ts'
import { groupsQuery } from '../../queries.ts'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'

/** The types that were found, with their hits; a click narrows to one, or widens again. */
export function Facets({ tokens, query, onChange }: FilterProps) {
  const { type: chosen = [], ...others } = query
  const { data } = useQuery(groupsQuery(others satisfies AttackQuery, 'type'))
  const found = attackTypes.flatMap((type) => {
    const group = data?.groups.find((g) => g.key === type)
    return group ? [{ type, ...group }] : []
  })
  const toggle = (type: string) => {
    const rest = tokens.filter((t) => t.key !== 'type')
    const types = chosen.includes(type as never)
      ? chosen.filter((t) => t !== type)
      : [...chosen, type]
    onChange(types.length === 0 ? rest : [...rest, { key: 'type', value: types.join(',') }])
  }
  return (
    <fieldset className="mt-2 mb-2 flex min-h-8 min-w-0 items-center gap-1.5 py-0.5 max-md:w-full max-md:overflow-x-auto md:flex-wrap">
      <legend className="sr-only">{words.attacks.facets}</legend>
      {found
        .sort((a, b) => b.hits - a.hits)
        .map(({ type, hits }) => (
          <button
            key={type}
            type="button"
            aria-pressed={chosen.includes(type)}
            onClick={() => toggle(type)}
            className={`h-7 shrink-0 rounded-full border px-2.5 text-sm ${chosen.includes(type) ? 'border-accent bg-accent-soft font-medium text-ink' : 'border-line bg-surface text-ink-2 hover:border-line-strong hover:text-ink'}`}
          >
            {attackTypeNames[type]} <span className="text-ink-3">{compact(hits)}</span>
          </button>
        ))}
    </fieldset>
  )
}
