import type { ComponentProps } from 'react'

const looks = {
  plain:
    'border border-line-strong/70 bg-raised text-ink hover:bg-hover disabled:opacity-50 disabled:hover:bg-raised',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'bg-blocked text-surface hover:brightness-110 disabled:opacity-60',
  primary: 'bg-accent text-accent-ink hover:brightness-110 disabled:opacity-60',
} as const

type Props = ComponentProps<'button'> & { readonly look?: keyof typeof looks }

/** A button of 32 px, 44 px under a finger. */
export function Button({ look = 'plain', className = '', type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      className={`inline-flex h-8 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-2.5 font-medium text-sm ${looks[look]} ${className}`}
      {...rest}
    />
  )
}
