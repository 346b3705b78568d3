/**
 * The header that a load balancer puts before a connection's first byte (PROXY protocol, versions 1
 * and 2, HAProxy).
 */
import { canonicalAddress } from '#base/address.ts'

export type ProxyHeader =
  /** Not all of it has come. */
  | { readonly kind: 'more' }
  | { readonly kind: 'bad' }
  /** `length` bytes; no addresses when the balancer speaks for itself (LOCAL, UNKNOWN). */
  | {
      readonly kind: 'header'
      readonly length: number
      readonly source?: Endpoint
      readonly target?: Endpoint
    }

export type Endpoint = { readonly address: string; readonly port: number }

const signature2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
/** Section 2.1: the longest line of version 1, with its line end. */
const lineMax1 = 107
/** Far above what balancers send with TLVs; bounds what is held for a peer. */
const lengthMax2 = 4096

/** Reads the header at the start of `bytes`. Never throws. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return { kind: 'more' }
  if (bytes[0] === 0x0d) return readVersion2(bytes)
  if (bytes[0] === 0x50) return readVersion1(bytes)
  return { kind: 'bad' }
}

function readVersion1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, lineMax1).indexOf('\r\n')
  if (end < 0) {
    const start = 'PROXY '
    const text = bytes.toString('latin1', 0, Math.min(bytes.length, start.length))
    return bytes.length < lineMax1 && start.startsWith(text) ? { kind: 'more' } : { kind: 'bad' }
  }
  const words = bytes.toString('latin1', 0, end).split(' ')
  const length = end + 2
  if (words[0] !== 'PROXY') return { kind: 'bad' }
  if (words[1] === 'UNKNOWN') return { kind: 'header', length }
  if ((words[1] !== 'TCP4' && words[1] !== 'TCP6') || words.length !== 6) return { kind: 'bad' }
  const source = endpoint(words[2], words[4])
  const target = endpoint(words[3], words[5])
  return source && target ? { kind: 'header', length, source, target } : { kind: 'bad' }
}

function endpoint(address: string | undefined, port: string | undefined): Endpoint | undefined {
  const canonical = canonicalAddress(address ?? '')
  if (canonical === undefined || port === undefined || !/^(0|[1-9]\d{0,4})$/.test(port))
    return undefined
  return Number(port) > 65535 ? undefined : { address: canonical, port: Number(port) }
}

/**
 * Section 2.2: signature, version and command, family, length, addresses, then TLVs that we skip.
 */
function readVersion2(bytes: Buffer): ProxyHeader {
  const seen = Math.min(bytes.length, signature2.length)
  if (bytes.compare(signature2, 0, seen, 0, seen) !== 0) return { kind: 'bad' }
  if (bytes.length < 16) return { kind: 'more' }
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const rest = bytes.readUInt16BE(14)
  const length = 16 + rest
  if ((command !== 0x20 && command !== 0x21) || rest > lengthMax2) return { kind: 'bad' }
  if (bytes.length < length) return { kind: 'more' }
  if (command === 0x20) return { kind: 'header', length }
  if (family === 0x11 && rest >= 12) {
    const [source, target] = [dotted(bytes, 16), dotted(bytes, 20)]
    return {
      kind: 'header',
      length,
      source: { address: source, port: bytes.readUInt16BE(24) },
      target: { address: target, port: bytes.readUInt16BE(26) },
    }
  }
  if (family === 0x21 && rest >= 36) {
    return {
      kind: 'header',
      length,
      source: { address: grouped(bytes, 16), port: bytes.readUInt16BE(48) },
      target: { address: grouped(bytes, 32), port: bytes.readUInt16BE(50) },
    }
  }
  // AF_UNSPEC: the receiver must use the real addresses. Datagrams and UNIX sockets are no HTTP
  // clients.
  return family === 0x00 ? { kind: 'header', length } : { kind: 'bad' }
}

function dotted(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

function grouped(bytes: Buffer, at: number): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(at + i).toString(16))
  return canonicalAddress(groups.join(':')) ?? '::'
}
