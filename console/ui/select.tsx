import type { ControlProps } from './field.tsx'
import { lineClass } from './field.tsx'

type Props<T extends string> = Partial<ControlProps> & {
  readonly 'aria-label'?: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
  readonly className?: string
}

/** One of several, in the browser's own way. */
export function Select<T extends string>(props: Props<T>) {
  const { value, options, onChange, className = lineClass, ...rest } = props
  return (
    <select
      {...rest}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value)
        if (chosen) onChange(chosen.value)
      }}
      className={className}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
