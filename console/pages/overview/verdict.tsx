import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'

type Props = { readonly sentence: string; readonly is_healthy: boolean }

/** Is everything well? In a sentence, before any number. */
export function Verdict({ sentence, is_healthy }: Props) {
  const look = is_healthy
    ? 'border-good/30 bg-good-soft text-good'
    : 'border-monitored/40 bg-monitored-soft text-monitored'
  return (
    <section
      aria-label={is_healthy ? words.overview.healthy : words.overview.unhealthy}
      className={`flex items-start gap-3 rounded-lg border px-4 py-3 ${look}`}
    >
      <Icon name={is_healthy ? 'shield_check' : 'warning'} size={24} />
      <p className="pt-px font-medium text-ink text-lg leading-6 text-balance">{sentence}</p>
    </section>
  )
}
