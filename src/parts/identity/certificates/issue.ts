/**
 * Makes the cluster's certificates: an authority for ten years, nodes for thirty days. ECDSA P-256 throughout.
 * Source: RFC 5280, section 4.2.1 (extensions).
 */
import type { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { messageOf } from '#base/fault.ts'
import type { NodeRole } from '#model/node-role.ts'
import { identityFaults } from '../faults.ts'
import { algorithm, exportKey, importKey, newKeys, type Pair, pem } from './keys.ts'
import { nodeUris, servedRoles } from './names.ts'
import { loadX509 } from './x509.ts'

const day_ms = 86_400_000
const authority_valid_ms = 3_652 * day_ms
/** How long a node's certificate counts; it is renewed when a third is left. */
export const node_valid_ms = 30 * day_ms
/**
 * All certificates are valid from here on: one that began when it was issued would be worth nothing on a machine whose
 * clock is behind, or after a clock was wrong for a moment. Who reads an earlier time has a wrong clock.
 */
const begin_ms = Date.UTC(2026, 0, 1)

/** The certificate of a new cluster: it signs nodes and nothing else. @throws identity.clock_wrong */
export async function newAuthority(cluster_id: string, now_ms: number): Promise<Pair> {
  demandClock(now_ms)
  const x509 = await loadX509()
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`Gatehouse cluster ${cluster_id}`] }],
    notBefore: new Date(begin_ms),
    notAfter: new Date(now_ms + authority_valid_ms),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: pem(cert), key: await exportKey(keys) }
}

export type NewNode = {
  readonly cluster_id: string
  readonly node_id: string
  readonly name: string
  readonly roles: readonly NodeRole[]
  /** What signs bundles in this cluster; the certificates of policy servers vouch for it. */
  readonly signing_key_id: string
}

/**
 * A node's certificate. Nothing of the request counts but its key: the name is what the registry says. Only nodes that
 * others connect to may act as servers, and each only as what it is: no edge and no analytics can pose as a policy server.
 *
 * @throws identity.bad_request when it is no request, or not signed by the P-256 key it names; identity.clock_wrong
 */
export async function issueNode(
  authority: Pair,
  csr_pem: string,
  node: NewNode,
  now_ms: number,
): Promise<string> {
  if (!/^[\w.-]{1,63}$/.test(node.name))
    throw identityFaults.bad_request({ reason: `"${node.name}" is no name for a node` })
  demandClock(now_ms)
  const x509 = await loadX509()
  const publicKey = await requestedKey(csr_pem)
  const issuer = new x509.X509Certificate(authority.cert)
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  const serves = servedRoles(node.roles)
  const signing_key_ids = serves.includes('policy') ? [node.signing_key_id] : []
  const cert = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [node.name] }],
    issuer: issuer.subject,
    notBefore: new Date(begin_ms),
    notAfter: new Date(Math.min(now_ms + node_valid_ms, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: await importKey(authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(
        serves.length > 0 ? [serverAuth, clientAuth] : [clientAuth],
      ),
      new x509.SubjectAlternativeNameExtension([
        { type: isIP(node.name) ? 'ip' : 'dns', value: node.name },
        ...nodeUris({ ...node, serves, signing_key_ids }).map(
          (value) => ({ type: 'url', value }) as const,
        ),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return pem(cert)
}

/** A clock that is far behind would make certificates that ended long ago. */
function demandClock(now_ms: number): void {
  if (now_ms < begin_ms) throw identityFaults.clock_wrong({ now: new Date(now_ms).toISOString() })
}

/** The key of a request that proves to have it (RFC 2986, section 3). */
async function requestedKey(csr_pem: string): Promise<webcrypto.CryptoKey> {
  const x509 = await loadX509()
  let reason = 'the request is not signed by its own key'
  try {
    const request = new x509.Pkcs10CertificateRequest(csr_pem)
    if (await request.verify()) {
      const key = await request.publicKey.export(algorithm, ['verify'])
      const { name, namedCurve } = key.algorithm as webcrypto.EcKeyAlgorithm
      if (name === algorithm.name && namedCurve === algorithm.namedCurve) return key
      reason = 'the key is not of ECDSA P-256'
    }
  } catch (error) {
    reason = `this is no request with a P-256 key (${messageOf(error)})`
  }
  throw identityFaults.bad_request({ reason })
}
