/** A request that is not HTTP, read as well as can be for the record. */
import type { HeaderField } from '#parts/http/head.ts'

export type RawRequest = {
  readonly method: string
  readonly uri: string
  readonly http_version: string
  readonly headers: readonly HeaderField[]
  readonly body: string
  readonly host: string
}

const packet_bytes_max = 8192

/**
 * Lines become fields where they have a colon; the rest, and what is no text, counts as body. Never
 * throws.
 */
export function readRawRequest(packet: Buffer | undefined): RawRequest {
  const text = packet?.toString('latin1', 0, packet_bytes_max) ?? ''
  const blank = text.search(/\r?\n\r?\n/)
  const head = blank < 0 ? text : text.slice(0, blank)
  const [line = '', ...rest] = head.split(/\r?\n/)
  const words = line.split(' ')
  const is_request = /^[A-Za-z]{1,32}$/.test(words[0] ?? '')
  if (!is_request)
    return { method: '', uri: '', http_version: '', headers: [], body: text, host: '' }
  const headers: HeaderField[] = rest.slice(0, 100).map((field) => {
    const colon = field.indexOf(':')
    return colon < 0 ? [field, ''] : [field.slice(0, colon).trim(), field.slice(colon + 1).trim()]
  })
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  return {
    method: words[0] ?? '',
    uri: words.slice(1, Math.max(2, words.length - 1)).join(' '),
    http_version: /HTTP\/([\d.]+)/.exec(line)?.[1] ?? '',
    headers,
    body: blank < 0 ? '' : text.slice(blank).trimStart(),
    host: host.slice(0, 255),
  }
}
