import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { type Page, pages } from './pages.ts'

const itemClass = 'flex h-14 w-full flex-col items-center justify-center gap-0.5 text-xs'

/** The pages, in reach of a thumb: those of every day, and the others behind "More". */
export function BottomBar() {
  const [is_open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <nav
      aria-label={words.navigation}
      className="fixed inset-x-0 bottom-0 z-20 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid grid-cols-5">
        {pages
          .filter((page) => page.is_main)
          .map((page) => (
            <li key={page.to}>
              <PageLink page={page} className={itemClass} icon_px={20} />
            </li>
          ))}
        <li>
          <button
            type="button"
            aria-haspopup="dialog"
            onClick={() => setOpen(true)}
            className={`${itemClass} text-ink-2`}
          >
            <Icon name="more" size={20} />
            {words.pages.more}
          </button>
        </li>
      </ul>
      {is_open && (
        <Dialog title={words.pages.more} onClose={close}>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the links are what keys reach */}
          <ul className="grid grid-cols-2 gap-1 p-2" onClick={close}>
            {pages
              .filter((page) => !page.is_main)
              .map((page) => (
                <li key={page.to}>
                  <PageLink
                    page={page}
                    className="flex h-12 items-center gap-2.5 rounded-md px-3 hover:bg-hover"
                    icon_px={18}
                  />
                </li>
              ))}
          </ul>
        </Dialog>
      )}
    </nav>
  )
}

type LinkProps = { readonly page: Page; readonly className: string; readonly icon_px: number }

function PageLink({ page, className, icon_px }: LinkProps) {
  return (
    <Link
      to={page.to}
      activeOptions={{ exact: page.to === '/', includeSearch: false }}
      activeProps={{ className: 'text-accent font-medium' }}
      inactiveProps={{ className: 'text-ink-2' }}
      className={className}
    >
      <Icon name={page.icon} size={icon_px} />
      {page.label}
    </Link>
  )
}
