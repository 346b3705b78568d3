/** Which networks may stand on a list, and how they are written there. Pure. */
import { canonicalAddress, canonicalNetwork, isLoopback, networkRange } from '#base/address.ts'
import type { ListKind } from '#model/ip-list.ts'
import type { ClusterNode } from './cluster-nodes.ts'
import { recordsFaults } from './faults.ts'

/** Who must never be denied: a network, and what it is in words (`the node edge-1`). */
export type Protected = { readonly network: string; readonly what: string }

/** Prefixes up to these lengths are most of what there is. 2000::/3 is all of IPv6 that was ever given out. */
const wide = { 4: 1, 6: 3 } as const

const loopback: readonly Protected[] = [
  { network: '127.0.0.0/8', what: 'this machine itself' },
  { network: '::1', what: 'this machine itself' },
]

/**
 * The one spelling of what an operator or a jail wants on a list.
 * @throws records.no_network, records.host_bits; on `deny` also records.too_wide, records.protected_network
 */
export function listNetwork(text: string, kind: ListKind, others: readonly Protected[]): string {
  const network = canonicalNetwork(text.trim())
  if (network === undefined) throw recordsFaults.no_network({ network: text.slice(0, 100) })
  const [address = ''] = text.trim().split('/')
  const [first = '', bits = ''] = network.split('/')
  if (canonicalAddress(address) !== first) {
    throw recordsFaults.host_bits({ network: text.slice(0, 100), meant: network })
  }
  if (kind !== 'deny') return network
  if (bits !== '' && Number(bits) <= wide[first.includes(':') ? 6 : 4]) {
    throw recordsFaults.too_wide({ network })
  }
  for (const { network: own, what } of [...loopback, ...others]) {
    if (overlap(network, own)) throw recordsFaults.protected_network({ network, what })
  }
  return network
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [networkRange(a), networkRange(b)]
  return !!one && !!other && one[0] <= other[1] && other[0] <= one[1]
}

/**
 * Nodes of the cluster that count, by the addresses that their lines come from: what a node says of itself would let one
 * that was taken over keep any client off the lists. Only of our own machine, and before its first line, its word is taken;
 * host names are left out. Pure.
 */
export function protectedNodes(
  nodes: readonly Pick<ClusterNode, 'name' | 'address' | 'revoked_at' | 'state'>[],
): Protected[] {
  return nodes.flatMap(({ name, address, revoked_at, state }) => {
    if (revoked_at !== null) return []
    const seen_from = state?.seen_from ?? ''
    const is_told = seen_from === '' || isLoopback(seen_from)
    const network = canonicalAddress(is_told ? hostOf(address) : seen_from)
    return network === undefined ? [] : [{ network, what: `the node ${name}` }]
  })
}

function hostOf(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([^:]+):\d+$/, '$1')
}
