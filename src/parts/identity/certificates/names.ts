/** What a cluster's certificates say: whose they are, and the pin of the authority that signed them. */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { NodeRole } from '#model/node-role.ts'

/** A node as its certificate tells. */
export type CertifiedNode = {
  readonly cluster_id: string
  readonly node_id: string
  readonly name: string
  /** As what others may connect to it: only `policy` and `analytics` are marked. */
  readonly serves: readonly NodeRole[]
  /** Ids of the keys that it may name as those that sign bundles; only of policy servers. */
  readonly signing_key_ids: readonly string[]
}

/** The roles that others connect to, which a certificate must therefore say. */
export function servedRoles(roles: readonly NodeRole[]): NodeRole[] {
  return (['policy', 'analytics'] as const).filter((role) => roles.includes(role))
}

/** The URIs that stand in a node's certificate as subject alternative names. */
export function nodeUris(node: Omit<CertifiedNode, 'name'>): string[] {
  const { cluster_id, node_id, serves, signing_key_ids } = node
  return [
    `node/${node_id}`,
    ...serves.map((role) => `role/${role}`),
    ...signing_key_ids.map((id) => `signs/${id}`),
  ].map((path) => `gatehouse:${cluster_id}/${path}`)
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const uriPattern = new RegExp(`^URI:gatehouse:(${uuid})/(node|role|signs)/([0-9a-z-]+)$`)

/** Whom a certificate names; undefined when it is of no node. Says nothing about who signed it. */
export function certifiedNode(certificate: X509Certificate): CertifiedNode | undefined {
  // Our authority signs no name with a comma or a quote, so that none of these can be part of another name.
  const uris = (certificate.subjectAltName ?? '').split(', ').flatMap((text) => {
    const [, cluster_id = '', kind = '', value = ''] = uriPattern.exec(text) ?? []
    return kind === '' ? [] : [{ cluster_id, kind, value }]
  })
  const node = uris.find(({ kind }) => kind === 'node')
  const name = /^CN=(.+)$/m.exec(certificate.subject ?? '')?.[1]
  if (!node || !name || !new RegExp(`^${uuid}$`).test(node.value)) return undefined
  const { cluster_id, value: node_id } = node
  const valuesOf = (wanted: string) =>
    uris
      .filter((uri) => uri.kind === wanted && uri.cluster_id === cluster_id)
      .map(({ value }) => value)
  const serves = valuesOf('role').flatMap((role) => NodeRole.safeParse(role).data ?? [])
  return { cluster_id, node_id, name, serves, signing_key_ids: valuesOf('signs') }
}

/** TLS server authentication (RFC 5280, section 4.2.1.12). */
const server_auth = '1.3.6.1.5.5.7.3.1'

/** Whether it is of a policy server that others may connect to. Says nothing about who signed it. */
export function isOfPolicyServer(certificate: X509Certificate): boolean {
  const is_server = certificate.keyUsage?.includes(server_auth) ?? false
  return is_server && (certifiedNode(certificate)?.serves.includes('policy') ?? false)
}

/** `sha256:` and the hash of the public key (SPKI, DER): stays the same as long as the key does. */
export function pinOf(certificate: X509Certificate): string {
  return `sha256:${keyIdOf(certificate.publicKey)}`
}

/** SHA-256 of a public key (SPKI, DER) in hex, as signatures name their keys. */
export function keyIdOf(public_key: KeyObject): string {
  const spki = public_key.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('hex')
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
