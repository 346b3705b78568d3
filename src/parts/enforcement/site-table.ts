/** Which site a request is for: by host (exact, then the longest wildcard, then `*`), then by the longest path. */
import { enforcementFaults } from './faults.ts'

/** What routing reads of a site. */
export type Claim = {
  readonly name: string
  readonly hosts: readonly string[]
  readonly path: string
}

export type SiteTable<T> = {
  /** 'host' or 'path' when nobody serves it; `path` is the request's, in origin form. */
  find(host: string, path: string): T | 'host' | 'path'
}

/** @throws enforcement.two_sites */
export function siteTable<T>(entries: readonly { claim: Claim; value: T }[]): SiteTable<T> {
  type Place = { readonly path: string; readonly name: string; readonly value: T }
  const exact = new Map<string, Place[]>()
  const wildcard = new Map<string, Place[]>()
  for (const { claim, value } of entries) {
    for (const host of claim.hosts) {
      const map = host.startsWith('*') ? wildcard : exact
      const key = host.startsWith('*') ? host.slice(1) : host
      const places = map.get(key) ?? []
      const path = policyPath(claim.path).path.replace(/\/+$/, '')
      const other = places.find((place) => place.path === path)
      if (other !== undefined)
        throw enforcementFaults.two_sites({
          host,
          path: claim.path,
          first: other.name,
          second: claim.name,
        })
      places.push({ path, name: claim.name, value })
      places.sort((a, b) => b.path.length - a.path.length)
      map.set(key, places)
    }
  }
  const placesOf = (host: string): readonly Place[] | undefined => {
    const found = exact.get(host)
    if (found !== undefined || wildcard.size === 0) return found
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const below = wildcard.get(host.slice(dot))
      if (below !== undefined) return below
    }
    return wildcard.get('')
  }
  return {
    find(host, path) {
      const places = placesOf(host)
      if (places === undefined) return 'host'
      const first = places[0]
      if (places.length === 1 && first?.path === '') return first.value
      const plain = routingPath(path)
      for (const place of places) {
        const is_below =
          plain.startsWith(place.path) &&
          (plain.length === place.path.length || plain.charAt(place.path.length) === '/')
        if (place.path === '' || is_below) return place.value
      }
      return 'path'
    },
  }
}

/**
 * The path as the upstream will understand it, so that no spelling of it reaches a stricter site by
 * way of a laxer one: without query, percent-decoded once, without empty and dot segments.
 */
export function routingPath(target: string): string {
  const end = target.search(/[?#]/)
  let path = end < 0 ? target : target.slice(0, end)
  if (path.includes('%'))
    path = path.replace(/%([0-9a-fA-F]{2})/g, (_, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  if (!path.includes('//') && !path.includes('/.') && !path.includes('\\')) return path
  const out: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '..') out.pop()
    else if (segment !== '' && segment !== '.') out.push(segment)
  }
  return `/${out.join('/')}`
}

/** A path of a policy, or a beginning followed by `*`, in the spelling in which `routingPath` gives those of requests. */
export function policyPath(written: string): {
  readonly path: string
  readonly is_beginning: boolean
} {
  const is_beginning = written.endsWith('*')
  const text = is_beginning ? written.slice(0, -1) : written
  // Requests have no such path, and up to there it would mean others.
  if (/[?#]/.test(text)) return { path: text, is_beginning: false }
  const path = routingPath(Buffer.from(text, 'utf8').toString('latin1'))
  const is_folder = is_beginning && /[/\\]$/.test(text) && !path.endsWith('/')
  return { path: is_folder ? `${path}/` : path, is_beginning }
}

/**
 * Whether servers may disagree about the path of a request: dot segments, also with parameters behind them (`..;x`), a
 * backslash, or an encoded `/`, `\\` or `.`, encoded once or more often.
 */
export function isAmbiguousPath(target: string): boolean {
  const end = target.search(/[?#]/)
  const path = end < 0 ? target : target.slice(0, end)
  return /\\|\/\.\.?(?:[/;]|%3b|$)|%(?:25)*(?:2[ef]|5c)/i.test(path)
}
