import { useEffect, useRef } from 'react'
import { Field, lineClass } from '../ui/field.tsx'
import { words } from '../words.ts'

type Props = {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly label?: string
}

/** Six digits of an authenticator; the cursor goes there as soon as they are asked for. */
export function TotpField({ value, onChange, label = words.login.totp }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <Field label={label} hint={words.login.totp_hint}>
      {(control) => (
        <input
          {...control}
          ref={input}
          required
          value={value}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="\d{3}\s?\d{3}"
          maxLength={7}
          onChange={(event) => onChange(event.target.value)}
          className={`${lineClass} font-mono tracking-widest`}
        />
      )}
    </Field>
  )
}
