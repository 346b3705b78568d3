import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import { Icon, type IconName } from './icon.tsx'

type Props = {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly commands?: readonly string[]
  readonly children?: ReactNode
}

/** Nothing here: what that means, why, and the next command. */
export function Empty({ icon, title, text, commands = [], children }: Props) {
  return (
    <div className="panel flex flex-col items-center gap-3 px-4 py-12 text-center">
      <span className="rounded-full bg-accent-soft p-3 text-accent">
        <Icon name={icon} size={24} />
      </span>
      <h2 className="font-semibold text-lg">{title}</h2>
      <p className="max-w-prose text-ink-2">{text}</p>
      {commands.map((command) => (
        <div
          key={command}
          className="flex max-w-full items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3 text-left"
        >
          <code className="evidence min-w-0">{command}</code>
          <CopyButton look="quiet" text={command} />
        </div>
      ))}
      {children}
    </div>
  )
}
