/** The pages of the rail, in order. A new page is one line here and one route in router.tsx. */
import type { IconName } from '../ui/icon.tsx'
import { words } from '../words.ts'

type Page = {
  readonly to: '/' | '/attacks' | '/sites'
  readonly label: string
  readonly icon: IconName
  /** Second key after `g`. */
  readonly key: string
}

export const pages: readonly Page[] = [
  { to: '/', label: words.pages.overview, icon: 'gauge', key: 'o' },
  { to: '/attacks', label: words.pages.attacks, icon: 'shield', key: 'a' },
  { to: '/sites', label: words.pages.sites, icon: 'globe', key: 's' },
]
