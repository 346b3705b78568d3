import { Link } from '@tanstack/react-router'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { pages } from './pages.ts'

/** The pages, in reach of a thumb. */
export function BottomBar() {
  return (
    <nav
      aria-label={words.navigation}
      className="fixed inset-x-0 bottom-0 z-20 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid grid-cols-3">
        {pages.map((page) => (
          <li key={page.to}>
            <Link
              to={page.to}
              activeOptions={{ exact: page.to === '/', includeSearch: false }}
              activeProps={{ className: 'text-accent font-medium' }}
              inactiveProps={{ className: 'text-ink-2' }}
              className="flex h-14 flex-col items-center justify-center gap-0.5 text-xs"
            >
              <Icon name={page.icon} size={20} />
              {page.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
