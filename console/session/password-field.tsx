import { useId, useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { words } from '../words.ts'
import { fieldClass, labelClass } from './field.ts'

type Props = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly autoComplete: 'current-password' | 'new-password'
  readonly hint?: string
}

/** A password that can be looked at before it is sent. */
export function PasswordField({ label, value, onChange, autoComplete, hint }: Props) {
  const id = useId()
  const [is_shown, setShown] = useState(false)
  return (
    <div>
      <label htmlFor={id} className={labelClass}>
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={is_shown ? 'text' : 'password'}
          required
          value={value}
          autoComplete={autoComplete}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.value)}
          className={`${fieldClass} pr-11`}
        />
        <button
          type="button"
          aria-label={is_shown ? words.login.hide : words.login.show}
          aria-pressed={is_shown}
          onClick={() => setShown(!is_shown)}
          className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-md text-ink-3 hover:text-ink"
        >
          <Icon name="monitored" />
        </button>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="label mt-1">
          {hint}
        </p>
      )}
    </div>
  )
}
