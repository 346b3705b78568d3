/** Block pages of one's own: read once, filled in for each visitor. */

export type BlockPageFacts = {
  readonly request_id: string
  readonly client: string
  readonly node: string
  readonly site: string
  /** ISO 8601. */
  readonly at: string
}

export type BlockPageTemplate = {
  readonly name: string
  /** The page; every value is escaped for HTML. */
  render(facts: BlockPageFacts): string
}

const names = ['request_id', 'client', 'node', 'site', 'at'] as const
const isName = (text: string): text is keyof BlockPageFacts =>
  (names as readonly string[]).includes(text)

/** Reads a page; `${…}` of other names stays as it is written, since a script on the page may mean it. */
export function blockPage(name: string, html: string): BlockPageTemplate {
  // Text and names take turns: what stands between the parentheses is kept by split.
  const parts = html.split(/\$\{(request_id|client|node|site|at)\}/)
  return {
    name,
    render(facts) {
      let page = ''
      parts.forEach((part, at) => {
        page += at % 2 === 1 && isName(part) ? escapeHtml(facts[part]) : part
      })
      return page
    },
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
