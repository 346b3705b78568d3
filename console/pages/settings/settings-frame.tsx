import type { ReactNode } from 'react'
import { useMay } from '../../session/may.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { settingsWords as text } from '../../words/settings.ts'

const places = {
  users: '/settings/users',
  tokens: '/settings/tokens',
  security: '/settings/security',
  activity: '/activity',
} as const

type Props = {
  readonly tab: keyof typeof places
  readonly lead: string
  /** Controls of the page. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** The settings side by side; only those that the user may see. */
export function SettingsFrame({ tab, lead, actions, children }: Props) {
  const may = useMay()
  const seen = {
    users: may('administrator'),
    tokens: true,
    security: true,
    activity: may('analyst'),
  }
  const keys = (['users', 'tokens', 'security', 'activity'] as const).filter((key) => seen[key])
  return (
    <>
      <PageHeader title={text.tabs[tab]} lead={lead}>
        {actions}
      </PageHeader>
      <Tabs
        label={text.title}
        tabs={keys.map((key) => ({
          key,
          to: places[key],
          label: text.tabs[key],
          is_here: key === tab,
        }))}
      />
      {children}
    </>
  )
}
