import type { SiteView } from '#model/site-view.ts'

/** Whether what is typed stands in what a person knows of a site: its name, hosts, path or upstreams. */
export function fitsSite({ name, hosts, path, upstreams }: SiteView, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const text = [name, ...hosts, path, ...upstreams.map(({ url }) => url)].join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}
