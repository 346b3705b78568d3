/**
 * The real client behind trusted proxies. The list is read from its end, where the nearest proxy
 * wrote, and only as far as trust reaches: nothing that a client writes itself is ever believed.
 */
import { type AddressSet, canonicalAddress } from '#base/address.ts'
import type { Head } from './head.ts'

/**
 * Which field the trusted proxies write. Exactly one is read: a proxy that writes one passes on a
 * forged other.
 */
export type ForwardedBy = 'x-forwarded-for' | 'forwarded'

/** The client's address: `peer` unless it is a trusted proxy that says more. */
export function clientAddress(
  peer: string,
  head: Head,
  trusted: AddressSet,
  by: ForwardedBy,
): string {
  if (trusted.size === 0 || !trusted.has(peer) || !head.names.includes(by)) return peer
  let client = peer
  for (let i = head.names.length - 1; i >= 0; i--) {
    if (head.names[i] !== by) continue
    const value = head.headers[i]?.[1] ?? ''
    const hops = by === 'forwarded' ? forwardedFor(value) : value.split(',')
    for (let k = hops.length - 1; k >= 0; k--) {
      const address = hopAddress(hops[k] ?? '')
      // What cannot be read was not written by a proxy that we understand: believe nothing beyond
      // it.
      if (address === undefined) return client
      client = address
      if (!trusted.has(address)) return client
    }
  }
  return client
}

/**
 * An address as proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`,
 * `[2001:db8::1]:4711`.
 */
export function hopAddress(text: string): string | undefined {
  const hop = text.trim()
  const bracket = /^\[([0-9a-fA-F:.]+)\](?::\d{1,5})?$/.exec(hop)
  if (bracket?.[1] !== undefined) return canonicalAddress(bracket[1])
  const plain = canonicalAddress(hop)
  if (plain !== undefined) return plain
  const ported = /^([\d.]+):\d{1,5}$/.exec(hop)
  return ported?.[1] === undefined ? undefined : canonicalAddress(ported[1])
}

/**
 * The `for` of each element of a Forwarded field, in order; '' where there is none (RFC 7239,
 * section 4).
 */
export function forwardedFor(value: string): string[] {
  const out: string[] = []
  let current = ''
  for (const [name, text, ends] of pairs(value)) {
    if (name === 'for') current = text
    if (ends) {
      out.push(current)
      current = ''
    }
  }
  return out
}

/**
 * `token=value` pairs; `ends` is true on the last pair of an element. A quoted string may hold
 * commas and semicolons.
 */
function* pairs(value: string): Generator<readonly [name: string, text: string, ends: boolean]> {
  let i = 0
  while (i <= value.length) {
    let name = ''
    while (i < value.length && !'=,;'.includes(value.charAt(i))) name += value.charAt(i++)
    let text = ''
    if (value.charAt(i) === '=') {
      i++
      if (value.charAt(i) === '"') {
        i++
        while (i < value.length && value.charAt(i) !== '"') {
          if (value.charAt(i) === '\\') i++
          text += value.charAt(i++)
        }
        i++
        // Whatever stands between the closing quote and the next separator spoils the pair.
        while (i < value.length && !',;'.includes(value.charAt(i))) {
          if (value.charAt(i) !== ' ' && value.charAt(i) !== '\t') text = '\0'
          i++
        }
      } else while (i < value.length && !',;'.includes(value.charAt(i))) text += value.charAt(i++)
    }
    const ends = value.charAt(i) !== ';'
    i++
    yield [name.trim().toLowerCase(), text.trim(), ends]
  }
}
