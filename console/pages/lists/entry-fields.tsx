import { useQuery } from '@tanstack/react-query'
import { sitesQuery } from '../../queries.ts'
import { Field } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { listWords as text } from '../../words/lists.ts'

type Props = { readonly value: string; readonly onChange: (value: string) => void }

/** For how long, in seconds; `` for ever. */
export function TimeField({ value, onChange }: Props) {
  return (
    <Field label={text.time}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={onChange}
          options={text.times.map(([s, label]) => ({ value: s as string, label }))}
        />
      )}
    </Field>
  )
}

export function SiteField({ value, onChange }: Props) {
  const { data } = useQuery(sitesQuery)
  const names = ['', ...(data?.sites.map((site) => site.name) ?? [])]
  return (
    <Field label={text.site}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={onChange}
          options={names.map((name) => ({ value: name, label: name || text.all_sites }))}
        />
      )}
    </Field>
  )
}
