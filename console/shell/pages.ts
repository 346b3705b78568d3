/** The pages of the rail, in order. A new page is one line here and one route in router.tsx. */
import type { IconName } from '../ui/icon.tsx'
import { words } from '../words.ts'

export type Page = {
  readonly to:
    | '/'
    | '/attacks'
    | '/sites'
    | '/policy'
    | '/rules'
    | '/exceptions'
    | '/lists'
    | '/nodes'
    | '/log'
    | '/settings'
  readonly label: string
  readonly icon: IconName
  /** Second key after `g`; `` for none. */
  readonly key: string
  readonly group: keyof typeof words.page_groups
  /** In the bar of narrow screens; the others stand behind "More". */
  readonly is_main?: true
}

const { pages: text } = words

export const pages: readonly Page[] = [
  { to: '/', label: text.overview, icon: 'gauge', key: 'o', group: 'watch', is_main: true },
  { to: '/attacks', label: text.attacks, icon: 'shield', key: 'a', group: 'watch', is_main: true },
  { to: '/log', label: text.log, icon: 'log', key: 'l', group: 'watch' },
  { to: '/sites', label: text.sites, icon: 'globe', key: 's', group: 'decide' },
  { to: '/policy', label: text.policy, icon: 'policy', key: 'p', group: 'decide', is_main: true },
  { to: '/rules', label: text.rules, icon: 'rules', key: 'r', group: 'decide' },
  { to: '/exceptions', label: text.exceptions, icon: 'exception', key: 'e', group: 'decide' },
  { to: '/lists', label: text.lists, icon: 'list', key: 'i', group: 'decide' },
  { to: '/nodes', label: text.nodes, icon: 'nodes', key: 'n', group: 'run', is_main: true },
  { to: '/settings', label: text.settings, icon: 'gear', key: '', group: 'run' },
]
