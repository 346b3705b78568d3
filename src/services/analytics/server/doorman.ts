/** Who may deliver: nodes of the cluster by their certificates, none that was cut off, none that is newer than we are. */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Log } from '#base/log.ts'
import { peerNode } from '#parts/identity/mutual-tls.ts'
import type { Revocations } from '#parts/identity/revocations.ts'
import { analyticsFaults } from '../faults.ts'

/** What a certificate says of whoever sends; undefined on a loopback port without certificates. */
export type Sender = { readonly node: string | undefined }

export type Doorman = (request: IncomingMessage) => Sender

/** Names and versions that were told of already. */
const told_max = 1_000

/** @throws (the doorman) analytics.certificate_needed, analytics.revoked, analytics.older_than_edge */
export function doorman(
  version: string | undefined,
  revocations: Pick<Revocations, 'has' | 'watch'> | undefined,
  log: Log,
): Doorman {
  const told = new Set<string>()
  return (request) => {
    const node = revocations && demandNode(request, revocations)
    const edge_version = String(request.headers['x-gatehouse-version'] ?? '').slice(0, 50)
    if (version !== undefined && isNewer(edge_version, version)) {
      const fault = analyticsFaults.older_than_edge({
        node: node ?? 'on this machine',
        version,
        edge_version,
      })
      const key = `${node} ${edge_version}`
      if (!told.has(key) && told.size < told_max) log.trouble('analytics.too_old', fault)
      told.add(key)
      throw fault
    }
    return { node }
  }
}

/** @throws analytics.wrong_node */
export function demandOwn({ node }: Sender, named: string): void {
  if (node !== undefined && node !== named) {
    throw analyticsFaults.wrong_node({ node: named.slice(0, 63), certificate: node })
  }
}

function demandNode(
  { socket }: IncomingMessage,
  revocations: Pick<Revocations, 'has' | 'watch'>,
): string {
  const peer = socket instanceof TLSSocket ? peerNode(socket) : undefined
  if (!peer) throw analyticsFaults.certificate_needed({})
  if (revocations.has(peer.node_id)) throw analyticsFaults.revoked({ node: peer.name })
  revocations.watch(socket, peer.node_id)
  return peer.name
}

/** By major, minor and patch; what follows (`-rc.1`) does not count, and what is no version is not newer. */
export function isNewer(a: string, b: string): boolean {
  const parts = (text: string) =>
    /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?![\d.])/.exec(text)?.slice(1).map(Number)
  const [one, other] = [parts(a), parts(b)]
  if (!one || !other) return false
  for (const [i, part] of one.entries()) {
    const difference = part - (other[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}
