/** Reads key presses as commands: single keys, `g` and a letter within a second, and Ctrl or Cmd with K. */

export type KeyPress = {
  readonly key: string
  readonly is_ctrl: boolean
  readonly is_meta: boolean
  readonly is_alt: boolean
  /** Somebody types text. */
  readonly is_in_field: boolean
  readonly at_ms: number
}

const sequence_ms = 1000

/** Gives `mod+k`, `g o`, `j` and the like for each press, or undefined when it means nothing to us. */
export function keyReader(): (press: KeyPress) => string | undefined {
  let g_at = Number.NEGATIVE_INFINITY
  return (press) => {
    const { key, at_ms } = press
    if (press.is_alt) return undefined
    if (press.is_ctrl || press.is_meta) return key.toLowerCase() === 'k' ? 'mod+k' : undefined
    if (press.is_in_field) return key === 'Escape' ? 'Escape' : undefined
    const follows_g = at_ms - g_at < sequence_ms
    g_at = key === 'g' && !follows_g ? at_ms : Number.NEGATIVE_INFINITY
    if (follows_g) return `g ${key}`
    return key === 'g' ? undefined : key
  }
}
