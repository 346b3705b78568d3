import { useEffect, useState } from 'react'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

type Props = {
  readonly text: string | (() => string)
  readonly label?: string
  readonly look?: 'plain' | 'quiet'
}

/** Copies, and says so to eyes and ears. */
export function CopyButton({ text, label = words.copy, look = 'plain' }: Props) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), 2000)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = () => {
    const value = typeof text === 'string' ? text : text()
    // The clipboard is missing on pages that are neither https nor loopback.
    const done = navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'))
    done.then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }
  const said = outcome === 'copied' ? words.copied : outcome ? words.copy_failed : ''
  return (
    <Button look={look} onClick={copy}>
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={14} />
      <span>{said || label}</span>
      <span className="sr-only" aria-live="polite">
        {said}
      </span>
    </Button>
  )
}
