import { useEffect, useEffectEvent } from 'react'
import { keyReader } from './keys.ts'

type Commands = Readonly<Record<string, (() => void) | undefined>>

/** Runs the command of each key press while mounted. A modal dialog keeps its keys to itself. */
export function useKeys(commands: Commands): void {
  const run = useEffectEvent((command: string, event: KeyboardEvent) => {
    const action = commands[command]
    if (!action) return
    event.preventDefault()
    action()
  })
  useEffect(() => {
    const read = keyReader()
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return
      const command = read({
        key: event.key,
        is_ctrl: event.ctrlKey,
        is_meta: event.metaKey,
        is_alt: event.altKey,
        is_in_field: isField(event.target),
        at_ms: event.timeStamp,
      })
      if (command !== undefined) run(command, event)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
}
