/** Colours for a canvas, which knows no CSS variables: read from the page as it looks now. */

/** Resolves `--chart-blocked` to a colour a canvas takes. */
export function colours(root: Element): (name: `--${string}`) => string {
  const probe = root.ownerDocument.createElement('i')
  root.append(probe)
  const known = new Map<string, string>()
  const read = (name: string) => {
    const found = known.get(name)
    if (found !== undefined) return found
    probe.style.color = `var(${name})`
    const colour = getComputedStyle(probe).color
    known.set(name, colour)
    return colour
  }
  queueMicrotask(() => probe.remove())
  return read
}
