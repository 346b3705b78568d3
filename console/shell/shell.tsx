/** ★ The frame around every page: rail or bars, banner, keyboard, palette. */
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { LiveProvider } from '../live/live.tsx'
import { ChangePassword } from '../session/change-password.tsx'
import { SessionGate } from '../session/session-gate.tsx'
import { words } from '../words.ts'
import { BottomBar } from './bottom-bar.tsx'
import { KeyboardHelp } from './keyboard-help.tsx'
import { pages } from './pages.ts'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { StaleBanner } from './stale-banner.tsx'
import { TopBar } from './top-bar.tsx'
import { useKeys } from './use-keys.ts'

type Open = 'palette' | 'help' | 'password' | undefined

export function Shell() {
  return (
    <SessionGate>
      <LiveProvider>
        <Frame />
      </LiveProvider>
    </SessionGate>
  )
}

function Frame() {
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const navigate = useNavigate()
  useKeys({
    'mod+k': () => setOpen('palette'),
    '?': () => setOpen('help'),
    ...Object.fromEntries(
      pages.filter((p) => p.key !== '').map((p) => [`g ${p.key}`, () => navigate({ to: p.to })]),
    ),
  })
  const main = useFocusOnNewPage()
  if (open === 'password') return <ChangePassword onDone={close} />
  const menu = { onPassword: () => setOpen('password'), onHelp: () => setOpen('help') }
  return (
    <div className="md:grid md:grid-cols-[13rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-accent-ink"
      >
        {words.skip_to_content}
      </a>
      <Rail {...menu} onSearch={() => setOpen('palette')} />
      <TopBar {...menu} onSearch={() => setOpen('palette')} />
      <div className="min-w-0 max-md:pb-20">
        <StaleBanner />
        <main
          ref={main}
          id="content"
          tabIndex={-1}
          className="mx-auto max-w-[90rem] px-4 py-5 md:px-7"
        >
          <Outlet />
        </main>
      </div>
      <BottomBar />
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'help' && <KeyboardHelp onClose={close} />}
    </div>
  )
}

/** A new page is announced: focus goes to its content, not on every change of the filter. */
function useFocusOnNewPage() {
  const ref = useRef<HTMLElement>(null)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    ref.current?.focus({ preventScroll: true })
  }, [path])
  return ref
}
