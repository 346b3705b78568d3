import { type KeyboardEvent, useState } from 'react'
import type { FilterProps } from '../attacks.tsx'
import { type Completion, completions, type Known } from './completions.ts'
import { addTyped, isComplete, takeLast } from './edit-tokens.ts'

export type FilterInput = {
  /** The condition that is being typed. */
  readonly typed: string
  readonly options: readonly Completion[]
  /** Index of the highlighted option, or -1. */
  readonly at: number
  readonly type: (text: string) => void
  readonly accept: (option: Completion) => void
  readonly open: (is_open: boolean) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void
}

/** What keys and completion do to the condition being typed, and to those that stand before it. */
export function useFilterInput({ tokens, onChange }: FilterProps, known: Known): FilterInput {
  const [typed, setTyped] = useState('')
  const [is_open, open] = useState(false)
  const [at, setAt] = useState(-1)
  const options = is_open ? completions(typed, known) : []

  const type = (text: string) => {
    setTyped(text)
    setAt(-1)
    open(true)
  }
  const commit = (text: string) => {
    if (text.trim() !== '') onChange(addTyped(tokens, text))
    type('')
    open(false)
  }
  const accept = (option: Completion) => (option.is_whole ? commit(option.text) : type(option.text))
  const actions = {
    next: () => (is_open ? setAt((at + 1) % Math.max(1, options.length)) : open(true)),
    previous: () => setAt(at <= 0 ? options.length - 1 : at - 1),
    commit: () => (options[at] ? accept(options[at]) : commit(typed)),
    take: () => {
      const taken = takeLast(tokens)
      onChange(taken.tokens)
      type(taken.typed)
    },
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      if (!is_open && typed === '') event.currentTarget.blur()
      return open(false)
    }
    const action = actionOf(event.key, typed)
    if (action === undefined) return
    event.preventDefault()
    actions[action]()
  }
  return { typed, options, at, type, accept, open, onKeyDown }
}

function actionOf(key: string, typed: string): 'next' | 'previous' | 'commit' | 'take' | undefined {
  switch (key) {
    case 'ArrowDown':
      return 'next'
    case 'ArrowUp':
      return 'previous'
    case 'Enter':
      return 'commit'
    case ' ':
      return isComplete(typed) ? 'commit' : undefined
    case 'Backspace':
      return typed === '' ? 'take' : undefined
    default:
      return undefined
  }
}
