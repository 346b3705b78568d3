import { Link } from '@tanstack/react-router'
import { Brand, Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { AccountMenu } from './account-menu.tsx'
import { LiveDot } from './live-dot.tsx'

type Props = {
  readonly onSearch: () => void
  readonly onPassword: () => void
  readonly onHelp: () => void
}

/** The bar on top of narrow screens. */
export function TopBar({ onSearch, ...menu }: Props) {
  return (
    <header className="sticky top-0 z-20 flex h-14 items-center gap-1 border-line border-b bg-page/95 px-3 md:hidden">
      <Link to="/" className="touch flex items-center gap-2 font-semibold text-lg">
        <Brand size={22} />
        {words.product}
      </Link>
      <span className="mr-auto ml-2">
        <LiveDot />
      </span>
      <button
        type="button"
        aria-label={words.palette.search}
        onClick={onSearch}
        className="grid size-11 place-items-center rounded-md text-ink-2"
      >
        <Icon name="search" size={18} />
      </button>
      <AccountMenu {...menu} is_small />
    </header>
  )
}
