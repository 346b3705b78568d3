/** Both ends show a certificate of the cluster; nothing older than TLS 1.3. */
import { constants, X509Certificate } from 'node:crypto'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { NodeRole } from '#model/node-role.ts'
import { certifiedNode } from './certificates/names.ts'
import type { NodeIdentity } from './node-identity.ts'

type Own = Pick<NodeIdentity, 'cluster_id' | 'certificate' | 'key' | 'ca'>

/**
 * For `tls.createServer` and `https.createServer`. A client without our certificate gets in too, because whoever joins has
 * none yet: ask `peerNode` before anything but that is answered.
 */
export function serverTls(identity: Own) {
  return {
    // With the authority behind it: a node that joins compares it with its pin.
    cert: `${identity.certificate.trimEnd()}\n${identity.ca}`,
    key: identity.key,
    ca: identity.ca,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    // A resumed session would skip looking at the certificate, which may have ended since.
    secureOptions: constants.SSL_OP_NO_TICKET,
  } as const
}

/** Whom a client is ready to talk to. */
export type Expected = {
  /** It must be certified for one of these. */
  readonly roles: readonly NodeRole[]
  /** Asked at each new connection. */
  readonly isRevoked?: (node_id: string) => boolean
}

/**
 * For `tls.connect` and `https.request`: any address is fine as long as a server of this cluster is there that is what we
 * expect (a policy server unless said otherwise), and that was not cut off.
 */
export function clientTls(identity: Own, expected: Expected = { roles: ['policy'] }) {
  return {
    cert: identity.certificate,
    key: identity.key,
    ca: identity.ca,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    checkServerIdentity(host: string, { raw }: PeerCertificate): Error | undefined {
      const node = certifiedNode(new X509Certificate(raw))
      if (node?.cluster_id !== identity.cluster_id)
        return new Error(`the certificate that ${host} shows is of no node of this cluster`)
      const { node_id, name, serves } = node
      if (!expected.roles.some((role) => serves.includes(role)))
        return new Error(`"${name}" is there, which is certified for none of ${expected.roles}`)
      if (expected.isRevoked?.(node_id)) return new Error(`"${name}" is there, which was cut off`)
      return undefined
    },
  } as const
}

/** The node at the other end of a connection that `serverTls` took; undefined unless our authority vouches for it. */
export function peerNode(socket: TLSSocket): { node_id: string; name: string } | undefined {
  if (!socket.authorized) return undefined
  const certificate = socket.getPeerX509Certificate()
  const node = certificate && certifiedNode(certificate)
  return node && { node_id: node.node_id, name: node.name }
}
