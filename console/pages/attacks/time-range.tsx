import { withToken } from '#model/attack-query.ts'
import { ranges } from '../../queries.ts'
import { Segmented } from '../../ui/segmented.tsx'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'

const options = [...ranges, 'all'] as const

/** How far back; a time written in the filter shows none of them as chosen. */
export function TimeRange({ tokens, query, onChange }: FilterProps) {
  const has_time = query.from !== undefined || query.to !== undefined
  const chosen = options.find((o) => o === (query.range ?? (has_time ? '' : 'all')))
  return (
    <Segmented<(typeof options)[number] | ''>
      label={words.ranges.label}
      value={chosen ?? ''}
      options={options.map((value) => ({ value, label: words.ranges[value] }))}
      onChange={(value) => onChange(withToken(tokens, 'last', value === 'all' ? undefined : value))}
    />
  )
}
