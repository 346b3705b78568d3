/** IP addresses and networks: strict parsing, one spelling each, and sets that answer in logarithmic time. */
import { isIP, isIPv6 } from 'node:net'

/** An address as 16 bytes in a number: IPv4 stands in its mapped place (RFC 4291, section 2.5.5.2). */
type Point = bigint

const mapped = 0xffff_0000_0000n

/**
 * The one spelling of an address: `::ffff:192.0.2.1` is `192.0.2.1`, IPv6 is shortened and in lower case (RFC 5952),
 * a zone (`%eth0`) is dropped. Undefined for what is not an address; shorthand and octal IPv4 never are.
 */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text)
  if (family === 4) return text
  if (family === 0) return undefined
  if (text.startsWith('::ffff:') && isIP(text.slice(7)) === 4) return text.slice(7)
  return format(pointOf6(text))
}

export type AddressSet = {
  /** Is this address in one of the networks? False for what is not an address. */
  has(address: string): boolean
  readonly size: number
}

/** Two ends of a network, both included; undefined when `text` is neither an address nor `address/bits`. */
export function networkRange(text: string): readonly [first: bigint, last: bigint] | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const family = isIP(address)
  if (family === 0) return undefined
  const width = family === 4 ? 32 : 128
  const bits = slash < 0 ? width : wholeNumber(text.slice(slash + 1))
  if (bits === undefined || bits > width) return undefined
  const span = 1n << BigInt(width - bits)
  const first = (pointOf(address, family) / span) * span
  return [first, first + span - 1n]
}

/**
 * The one spelling of a network: its first address and the length of its prefix, which one address does not have
 * (`192.0.2.9/24` is `192.0.2.0/24`, `192.0.2.9/32` is `192.0.2.9`). Undefined for what `networkRange` does not know.
 */
export function canonicalNetwork(text: string): string | undefined {
  const range = networkRange(text)
  if (range === undefined) return undefined
  const [first, last] = range
  const bits = 128 - (last - first).toString(2).length + (first === last ? 1 : 0)
  const is_4 = first >> 32n === mapped >> 32n && bits >= 96
  const [prefix, width] = is_4 ? [bits - 96, 32] : [bits, 128]
  return prefix === width ? format(first) : `${format(first)}/${prefix}`
}

/** A set of addresses and networks; the networks must be valid by `networkRange`, others are left out. */
export function addressSet(networks: readonly string[]): AddressSet {
  const ranges = networks
    .map(networkRange)
    .filter((range) => range !== undefined)
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
  const firsts: bigint[] = []
  const lasts: bigint[] = []
  for (const [first, last] of ranges) {
    const previous = lasts.at(-1)
    if (previous !== undefined && first <= previous + 1n) {
      if (last > previous) lasts[lasts.length - 1] = last
    } else {
      firsts.push(first)
      lasts.push(last)
    }
  }
  return {
    size: networks.length,
    has(address) {
      if (firsts.length === 0) return false
      const family = isIP(address)
      if (family === 0) return false
      const point = pointOf(address, family)
      let low = 0
      let high = firsts.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((firsts[middle] ?? 0n) <= point) low = middle + 1
        else high = middle
      }
      return low > 0 && point <= (lasts[low - 1] ?? -1n)
    },
  }
}

/**
 * Whose address it is, for limits: an IPv4 address by itself, an IPv6 address with its /64, in which one household has as
 * many as it likes (RFC 6177). What is no address is itself.
 */
export function networkOf(address: string): string {
  const one = canonicalAddress(address)
  if (one === undefined) return address
  return one.includes(':') ? (canonicalNetwork(`${one}/64`) ?? one) : one
}

/** Does the peer sit on this machine? */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/** An address as it stands in a URL or a Host: IPv6 in brackets. */
export function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined
}

function pointOf(address: string, family: number): Point {
  return family === 4 ? mapped + BigInt(pointOf4(address)) : pointOf6(address)
}

function pointOf4(address: string): number {
  let out = 0
  for (const part of address.split('.')) out = out * 256 + Number(part)
  return out
}

function pointOf6(address: string): Point {
  const zone = address.indexOf('%')
  let text = zone < 0 ? address : address.slice(0, zone)
  const dotted = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : ''
  if (dotted !== '') {
    const low = pointOf4(dotted)
    text = `${text.slice(0, -dotted.length)}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`
  }
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  let out = 0n
  for (const group of [...left, ...zeros, ...right]) out = (out << 16n) + BigInt(`0x${group}`)
  return out
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups becomes `::`. */
function format(point: Point): string {
  if (point >> 32n === mapped >> 32n) return formatMapped(point)
  const groups: string[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n)
    groups.push(((point >> shift) & 0xffffn).toString(16))
  let best = -1
  let best_length = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (groups[i + length] === '0') length++
    if (length > best_length) {
      best = i
      best_length = length
    }
  }
  if (best < 0) return groups.join(':')
  return `${groups.slice(0, best).join(':')}::${groups.slice(best + best_length).join(':')}`
}

function formatMapped(point: Point): string {
  const low = Number(point & 0xffff_ffffn)
  return [low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255].join('.')
}
