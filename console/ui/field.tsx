import { type ReactNode, useId } from 'react'

/** How controls of a form look; 16 px on a phone, or the browser there zooms in. */
export const controlClass =
  'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink text-base aria-invalid:border-blocked disabled:bg-sunken disabled:text-ink-2 max-sm:text-lg'
export const lineClass = `h-9 max-sm:h-11 ${controlClass}`

export type ControlProps = {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

type Props = {
  readonly label: string
  readonly hint?: string | undefined
  /** What is wrong with it. */
  readonly error?: string | undefined
  /** Other than made by itself, so that it can be found. */
  readonly id?: string
  readonly className?: string
  readonly children: (control: ControlProps) => ReactNode
}

/** A control with its label, its sentence and what is wrong with it, all tied together. */
export function Field({ label, hint, error, id: given, className = '', children }: Props) {
  const own = useId()
  const id = given ?? own
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className="label mt-1">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-blocked text-sm">
          {error}
        </p>
      )}
    </div>
  )
}
