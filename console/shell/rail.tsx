import { Link } from '@tanstack/react-router'
import { Brand, Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { AccountMenu } from './account-menu.tsx'
import { LiveDot } from './live-dot.tsx'
import { pages } from './pages.ts'

type Props = {
  readonly onSearch: () => void
  readonly onPassword: () => void
  readonly onHelp: () => void
}

/** The left rail of wide screens. */
export function Rail({ onSearch, ...menu }: Props) {
  return (
    <header className="border-line border-r bg-sunken/60 max-md:hidden">
      <div className="sticky top-0 flex h-dvh flex-col gap-3 p-3">
        <Link to="/" className="flex items-center gap-2.5 px-2 pt-2 font-semibold text-lg">
          <Brand size={24} />
          {words.product}
        </Link>
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-ink-3 text-sm hover:border-line-strong hover:text-ink-2"
        >
          <Icon name="search" size={14} />
          {words.palette.search}
          <kbd className="ml-auto rounded border border-line px-1 font-sans text-xs">Ctrl K</kbd>
        </button>
        <nav aria-label={words.navigation} className="min-h-0 overflow-y-auto">
          {groups.map((group) => (
            <RailGroup key={group} group={group} />
          ))}
        </nav>
        <div className="mt-auto flex flex-col gap-2">
          <LiveDot />
          <AccountMenu {...menu} />
        </div>
      </div>
    </header>
  )
}

const groups = ['watch', 'decide', 'run'] as const

function RailGroup({ group }: { readonly group: (typeof groups)[number] }) {
  return (
    <>
      <h2 className="label px-2.5 pt-3 pb-1 font-medium">{words.page_groups[group]}</h2>
      <ul className="flex flex-col gap-0.5">
        {pages
          .filter((page) => page.group === group)
          .map((page) => (
            <li key={page.to}>
              <Link
                to={page.to}
                activeOptions={{ exact: page.to === '/', includeSearch: false }}
                activeProps={{ className: 'bg-surface font-medium text-ink shadow-xs' }}
                inactiveProps={{ className: 'text-ink-2 hover:bg-hover hover:text-ink' }}
                className="flex h-8 items-center gap-2.5 rounded-md px-2.5"
              >
                <Icon name={page.icon} />
                {page.label}
              </Link>
            </li>
          ))}
      </ul>
    </>
  )
}
