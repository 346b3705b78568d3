import { useKeys } from '../../shell/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { words } from '../../words.ts'
import { waiting_max } from './use-new-attacks.ts'

type Props = { readonly count: number; readonly onShow: () => void }

/** Says how many attacks wait; floats, so that nothing moves when it comes. */
export function NewPill({ count, onShow }: Props) {
  useKeys({ n: count > 0 ? onShow : undefined })
  return (
    <div className="pointer-events-none sticky top-2 z-10 flex h-0 justify-center max-md:top-16">
      <div aria-live="polite">
        {count > 0 && (
          <button
            type="button"
            title={words.attacks.new_hint}
            onClick={onShow}
            className="pointer-events-auto flex h-8 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-accent-ink text-sm shadow-lg hover:brightness-110"
          >
            <Icon name="play" size={12} />
            {words.attacks.new_pill(count < waiting_max ? String(count) : `${waiting_max}+`)}
          </button>
        )}
      </div>
    </div>
  )
}
