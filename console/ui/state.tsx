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
      <Icon name={icon} size={14} />
      {word}
    </span>
  )
}
