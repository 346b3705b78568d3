/**
 * A recorded request as a command a person can paste. The text comes from an attacker and goes into a shell: everything
 * is quoted, and no option is used that reads files for a leading `@`.
 */
import type { RequestRecord } from '#model/hit.ts'

/** Headers that curl makes itself, or that belong to one connection only. */
const own = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'expect'])
const token = /^[\w!#$%&'*+.^`|~-]+$/
const hostName = /^[\w.:[\]-]+$/

/** The command; `fallback_host` is used when the recorded Host is missing or no host. */
export function curlCommand(request: RequestRecord, fallback_host: string): string {
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const base = `http://${host !== undefined && hostName.test(host) ? host : fallback_host}`
  const parts = ['curl --globoff --path-as-is', `-X ${shellQuoted(request.method)}`]
  if (request.uri.startsWith('/')) parts.push(`--url ${shellQuoted(base + request.uri)}`)
  else parts.push(`--url ${shellQuoted(base)}`, `--request-target ${shellQuoted(request.uri)}`)
  for (const [name, value] of request.headers) {
    if (own.has(name.toLowerCase()) || !token.test(name)) continue
    // curl drops "name:" but sends "name;" as an empty header.
    parts.push(`-H ${shellQuoted(value === '' ? `${name};` : `${name}: ${value}`)}`)
  }
  if (request.body !== '') parts.push(`--data-raw ${shellQuoted(request.body)}`)
  return parts.join(' \\\n  ')
}

/** One shell word. Recorded text writes bytes as `\xNN` and `\\`, which is what `$'…'` of bash reads. */
export function shellQuoted(text: string): string {
  if (/^[\w./:=@%+,-]+$/.test(text)) return text
  if (text.includes('\\')) return `$'${text.replace(/'/g, "\\'")}'`
  return `'${text.replace(/'/g, "'\\''")}'`
}
