import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'

type Tab = LinkProps & {
  readonly key: string
  readonly label: ReactNode
  readonly is_here: boolean
}

/** Views of one thing, side by side; each has its address. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  const list = useRef<HTMLUListElement>(null)
  const here = tabs.find((tab) => tab.is_here)?.key
  // On a narrow screen the tabs scroll; the one that is open must be in sight.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[data-tab="${here}"]`)
    if (tab && list.current) list.current.scrollLeft = tab.offsetLeft - list.current.offsetLeft - 40
  }, [here])
  return (
    <nav aria-label={label} className="mb-4 border-line border-b">
      <ul ref={list} className="-mb-px flex gap-1 overflow-x-auto">
        {tabs.map(({ key, label: text, is_here, ...link }) => (
          <li key={key} data-tab={key}>
            <Link
              {...link}
              {...(is_here ? { 'aria-current': 'page' as const } : {})}
              activeProps={{}}
              className={`touch flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 px-3 text-sm outline-offset-[-2px] ${is_here ? 'border-accent font-medium text-ink' : 'border-transparent text-ink-2 hover:text-ink'}`}
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
