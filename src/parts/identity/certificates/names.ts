/** What a cluster's certificates say: whose they are, and the pin of the authority that signed them. */
import { createHash, X509Certificate } from 'node:crypto'

/** A node as its certificate tells. */
export type CertifiedNode = {
  readonly cluster_id: string
  readonly node_id: string
  readonly name: string
}

/** The URI that stands in a node's certificate as subject alternative name. */
export function nodeUri(node: Pick<CertifiedNode, 'cluster_id' | 'node_id'>): string {
  return `gatehouse:${node.cluster_id}/node/${node.node_id}`
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** Our authority signs no name with a comma or a quote, so that this cannot be part of another name. */
const uriPattern = new RegExp(`(?:^|, )URI:gatehouse:(${uuid})/node/(${uuid})(?:$|, )`)

/** Whom a certificate names; undefined when it is of no node. Says nothing about who signed it. */
export function certifiedNode(certificate: X509Certificate): CertifiedNode | undefined {
  const [, cluster_id, node_id] = uriPattern.exec(certificate.subjectAltName ?? '') ?? []
  const name = /^CN=(.+)$/m.exec(certificate.subject ?? '')?.[1]
  return cluster_id && node_id && name ? { cluster_id, node_id, name } : undefined
}

/** `sha256:` and the hash of the public key (SPKI, DER): stays the same as long as the key does. */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`
}

/** Whether the authority made this certificate: names fit and the signature holds. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return (
    authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  )
}

/** Reads PEM or DER; undefined when it is neither. */
export function readX509(text: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(text)
  } catch {
    return undefined
  }
}
