import { formatAttackQuery, type QueryToken } from '#model/attack-query.ts'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'

type Props = { readonly token: QueryToken; readonly onRemove: () => void }

/** One condition; red with its reason when it cannot be used. */
export function Chip({ token, onRemove }: Props) {
  const text = formatAttackQuery([token])
  const is_bad = token.problem !== undefined
  return (
    <span
      title={token.problem}
      className={`flex min-w-0 max-w-full items-center rounded border pl-2 text-sm ${is_bad ? 'border-blocked bg-blocked-soft text-blocked' : 'border-line bg-accent-soft'}`}
    >
      <span className="truncate py-0.5">
        {token.key !== 'text' && <span className="text-ink-3">{token.key}:</span>}
        <span className="font-mono">
          {token.key === 'text' ? text : text.slice(token.key.length + 1)}
        </span>
        {is_bad && <span> – {token.problem}</span>}
      </span>
      <button
        type="button"
        aria-label={words.attacks.remove(text)}
        onClick={onRemove}
        className="grid size-7 shrink-0 place-items-center text-ink-3 hover:text-ink"
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}
