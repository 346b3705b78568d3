/** Values inside a document, by their path: `['sites', 0, 'upstreams', 0, 'url']`. */

export type Path = readonly (string | number)[]

/** `sites.0.upstreams.0.url`, as findings name places. */
export function pathText(path: Path): string {
  return path.join('.')
}

export function valueAt(root: unknown, path: Path): unknown {
  let at = root
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** A copy with another value there; undefined takes the key out of its object. What is not on the way stays the same object. */
export function withValueAt(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(root)) {
    return root.map((item, i) => (i === key ? withValueAt(item, rest, value) : item))
  }
  const before = typeof root === 'object' && root !== null ? root : {}
  const next = withValueAt((before as Record<string, unknown>)[key], rest, value)
  const copy: Record<string, unknown> = { ...before, [key]: next }
  if (next === undefined) delete copy[key]
  return copy
}
