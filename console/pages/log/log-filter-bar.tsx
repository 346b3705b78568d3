import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Severity } from '#model/event.ts'
import { nodesQuery } from '../../queries/nodes.ts'
import type { LogFilter } from '../../queries/settings.ts'
import { lineClass } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { settingsWords } from '../../words/settings.ts'
import { severityOrder } from './fits-log.ts'

const text = settingsWords.log
const route = getRouteApi('/log')

/** Node, severity, event and text; all of it in the address. */
export function LogFilterBar({ filter }: { readonly filter: LogFilter }) {
  const navigate = route.useNavigate()
  const { data } = useQuery({ ...nodesQuery, retry: false })
  const names = data?.nodes.map((node) => node.name) ?? []
  const nodes = ['', ...new Set([...names, ...(filter.node ? [filter.node] : [])])]
  const go = (change: { [K in keyof LogFilter]?: LogFilter[K] | '' }) => {
    const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value)
    void navigate({ search: Object.fromEntries(next), replace: true })
  }
  const severity: Severity | '' = filter.severity ?? ''
  return (
    <search className="mb-3 grid gap-2 sm:grid-cols-2 lg:grid-cols-[12rem_12rem_12rem_minmax(0,1fr)]">
      <Select
        aria-label={text.node}
        value={filter.node ?? ''}
        onChange={(node) => go({ node })}
        options={nodes.map((name) => ({ value: name, label: name || text.all_nodes }))}
      />
      <Select<Severity | ''>
        aria-label={text.severity}
        value={severity}
        onChange={(chosen) => go({ severity: chosen })}
        options={[
          { value: '', label: text.any },
          ...severityOrder.map((value) => ({ value, label: text.severities[value] })),
        ]}
      />
      <input
        type="search"
        aria-label={text.name}
        placeholder={text.name_placeholder}
        defaultValue={filter.name ?? ''}
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => go({ name: event.target.value.trim() })}
        className={`${lineClass} font-mono`}
      />
      <input
        type="search"
        aria-label={text.search}
        placeholder={text.search_placeholder}
        defaultValue={filter.q ?? ''}
        onChange={(event) => go({ q: event.target.value.trim() })}
        className={lineClass}
      />
    </search>
  )
}
