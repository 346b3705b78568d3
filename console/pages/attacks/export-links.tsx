import type { AttackQuery } from '#model/attack-query.ts'
import { exportAddress } from '../../api.ts'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'

const linkClass =
  'touch flex h-8 items-center gap-1.5 rounded-md border border-line-strong/70 bg-raised px-2.5 font-medium text-sm hover:bg-hover'

/** Everything that the filter finds, as files. */
export function ExportLinks({ query }: { readonly query: AttackQuery }) {
  const text = words.attacks
  return (
    <div className="flex gap-1.5">
      {(['csv', 'json'] as const).map((format) => (
        <a key={format} href={exportAddress(query, format)} download className={linkClass}>
          <Icon name="download" size={14} />
          <span className="sr-only">{text.export}</span>
          {format === 'csv' ? text.export_csv : text.export_json}
        </a>
      ))}
    </div>
  )
}
