import type { ReactNode } from 'react'
import { words } from '../words.ts'

type Props = { readonly title: string; readonly lead?: string; readonly children?: ReactNode }

/** The page's heading and title, and its controls. */
export function PageHeader({ title, lead, children }: Props) {
  return (
    <header className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <title>{`${title} · ${words.product}`}</title>
      <div>
        <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        {lead && <p className="text-ink-2">{lead}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  )
}
