/**
 * The page a client sees when it does not get what it asked for: HTML for people, JSON or text for
 * programs.
 */
import { createHash } from 'node:crypto'

export type ProblemPage = {
  readonly status: number
  /** A short heading: `Request blocked`. */
  readonly title: string
  readonly detail: string
  readonly request_id: string
  readonly node: string
  /** ISO 8601. */
  readonly at: string
}

export type RenderedPage = { readonly body: Buffer; readonly headers: string[] }

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:12vh auto;padding:0 1.5rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.5rem;margin:0 0 .5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin-top:2rem;' +
  'font-size:.875rem;color:#57606a}dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}' +
  '@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}dl{color:#9aa4af}}'
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'`

/**
 * The page in the form that `accept` asks for; HTML only when it is named (a program's star gets
 * text).
 */
export function renderPage(page: ProblemPage, accept: string): RenderedPage {
  const [type, text] = wanted(accept, page)
  const body = Buffer.from(text, 'utf8')
  return { body, headers: pageHeaders(type, body, policy, page.request_id) }
}

/** A page of somebody's own; its styles and pictures are theirs to choose. */
export function customPage(html: string, request_id: string): RenderedPage {
  const body = Buffer.from(html, 'utf8')
  const own = "frame-ancestors 'none'"
  return { body, headers: pageHeaders('text/html; charset=utf-8', body, own, request_id) }
}

/** A program's star is no wish for HTML. */
export function wantsHtml(accept: string): boolean {
  const ranges = accept.toLowerCase()
  return ranges.includes('text/html') || ranges.includes('application/xhtml+xml')
}

function pageHeaders(type: string, body: Buffer, csp: string, request_id: string): string[] {
  return [
    'content-type',
    type,
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
    'content-security-policy',
    csp,
    'x-content-type-options',
    'nosniff',
    'x-request-id',
    request_id,
  ]
}

function wanted(accept: string, page: ProblemPage): readonly [type: string, text: string] {
  const ranges = accept.toLowerCase()
  if (wantsHtml(accept)) return ['text/html; charset=utf-8', html(page)]
  if (ranges.includes('json')) return ['application/problem+json', json(page)]
  return ['text/plain; charset=utf-8', text(page)]
}

function html(page: ProblemPage): string {
  const title = escaped(page.title)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><h1>${title}</h1><p>${escaped(page.detail)}</p><dl><dt>Status</dt><dd>${page.status}</dd><dt>Request</dt><dd id="request-id">${escaped(page.request_id)}</dd><dt>Node</dt><dd>${escaped(page.node)}</dd><dt>Time</dt><dd>${escaped(page.at)}</dd></dl></body></html>\n`
}

/** RFC 9457. */
function json(page: ProblemPage): string {
  return `${JSON.stringify({
    type: 'about:blank',
    title: page.title,
    status: page.status,
    detail: page.detail,
    request_id: page.request_id,
    node: page.node,
    time: page.at,
  })}\n`
}

function text(page: ProblemPage): string {
  return `${page.title}\n${page.detail}\n\nstatus: ${page.status}\nrequest: ${page.request_id}\nnode: ${page.node}\ntime: ${page.at}\n`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? '')
}
