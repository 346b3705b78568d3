import { Icon, type IconName } from './icon.tsx'

export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'quiet'

const tones: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  busy: 'text-accent',
  warning: 'text-monitored',
  bad: 'text-blocked',
  quiet: 'text-ink-2',
}

type Props = {
  readonly tone: Tone
  readonly icon: IconName
  readonly word: string
  /** More of it, on hover. */
  readonly title?: string
}

/** How something is: icon and word, and colour for whoever sees it. */
export function State({ tone, icon, word, title }: Props) {
  return (
    <span
      title={title}
      className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm ${tones[tone]}`}
    >
      {/* Stands first, so that the line of the words is the line of the whole, not the edge of the icon. */}
      <span aria-hidden="true" className="-mr-1.5 w-0">
        {'\u200b'}
      </span>
      <Icon name={icon} size={14} />
      {word}
    </span>
  )
}
