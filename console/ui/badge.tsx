import type { Action } from '#model/hit.ts'
import { words } from '../words.ts'
import { Icon } from './icon.tsx'

const looks = {
  blocked: 'bg-blocked-soft text-blocked',
  monitored: 'bg-monitored-soft text-monitored',
  refused: 'bg-refused-soft text-refused',
} as const satisfies Record<Action, string>

const frame =
  'inline-flex items-center gap-1 whitespace-nowrap rounded border border-transparent px-1.5 py-px font-medium text-xs'

/** What was done with a request: colour, icon and word. */
export function ActionBadge({ action }: { readonly action: Action }) {
  return (
    <span className={`${frame} ${looks[action]}`}>
      <Icon name={action} size={12} />
      {words.actions[action]}
    </span>
  )
}

/** What was done with the hits of an attack. */
export function BlockedBadge({
  hits,
  blocked,
}: {
  readonly hits: number
  readonly blocked: number
}) {
  if (blocked === hits) return <ActionBadge action="blocked" />
  if (blocked === 0) return <ActionBadge action="monitored" />
  return (
    <span className={`${frame} ${looks.monitored}`}>
      <Icon name="monitored" size={12} />
      {words.partly_blocked(blocked, hits)}
    </span>
  )
}

/** A small fact in a box. */
export function Tag({ children }: { readonly children: string | number }) {
  return (
    <span className="inline-block rounded border border-line bg-sunken px-1.5 font-mono text-ink-2 text-xs">
      {children}
    </span>
  )
}
