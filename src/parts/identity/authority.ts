/**
 * ★ The authority of a cluster: founds it, signs its nodes' certificates and, with another key, its bundles. Both keys lie
 * beside the identity of the policy server that founded it and are never sent anywhere.
 */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import type { NodeRole } from '#model/node-role.ts'
import { newSigningKey, readSigningKey, type SigningKey } from '#parts/bundle/signing.ts'
import { issueNode, newAuthority } from './certificates/issue.ts'
import type { Pair } from './certificates/keys.ts'
import { pinOf, readX509 } from './certificates/names.ts'
import { placeDirectory } from './disk/whole-files.ts'
import { identityFaults } from './faults.ts'
import { identityFiles, type NodeIdentity, readIdentity } from './node-identity.ts'
import { newRequest } from './requests.ts'

/** Whom to issue a certificate for; `roles` decide whether it may act as a server. */
export type CertifiedAs = {
  readonly node_id: string
  readonly name: string
  readonly roles: readonly NodeRole[]
}

export type Authority = {
  readonly cluster_id: string
  /** `sha256:…` of the public key (SPKI, DER): what a node that joins is told beforehand. */
  readonly pin: string
  /** PEM. */
  readonly ca: string
  readonly signing: SigningKey
  /** A certificate (PEM) for the key of a request (PEM, PKCS #10). @throws identity.bad_request, identity.clock_wrong */
  issue(csr_pem: string, node: CertifiedAs, now_ms: number): Promise<string>
}

/** What a new cluster knows of its first node. */
export type Founder = Pick<NodeIdentity, 'name' | 'roles' | 'policy_servers' | 'analytics'>

const [authority_key, signing_key] = ['ca.key', 'signing.key'] as const

/**
 * Makes a cluster with this node as its first. When `dir` holds an identity already (two starts at once), that one counts
 * and `is_new` is false.
 *
 * @throws identity.clock_wrong, identity.unwritable, identity.incomplete and identity.broken of what lies in `dir`
 */
export async function foundCluster(
  dir: string,
  founder: Founder,
  now_ms: number,
): Promise<{ identity: NodeIdentity; authority: Authority; is_new: boolean }> {
  const cluster_id = randomUUID()
  const node_id = randomUUID()
  const made = await newAuthority(cluster_id, now_ms)
  const signing = newSigningKey()
  const { csr, key } = await newRequest(founder.name)
  const { name, roles } = founder
  const node = { cluster_id, node_id, name, roles, signing_key_id: signing.key_id }
  const certificate = await issueNode(made, csr, node, now_ms)
  const identity: NodeIdentity = {
    ...founder,
    cluster_id,
    node_id,
    group: '',
    certificate,
    key,
    ca: made.cert,
    signing_keys: [signing.public_pem],
  }
  const is_new = place(dir, {
    ...identityFiles(identity),
    [authority_key]: made.key,
    [signing_key]: signing.private_key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  if (is_new) return { identity, authority: authorityOf(identity, made, signing), is_new }
  const first = readIdentity(dir)
  if (!first) throw identityFaults.unwritable({ dir, reason: 'other files are in it' })
  const authority = await openAuthority(dir)
  if (!authority) throw identityFaults.incomplete({ dir, missing: authority_key })
  return { identity: first, authority, is_new }
}

/**
 * The authority whose keys lie in `dir`; undefined on nodes that are no policy server or did not found the cluster.
 *
 * @throws identity.broken when a key does not belong to this cluster, identity.incomplete when one of the two is missing
 */
export async function openAuthority(dir: string): Promise<Authority | undefined> {
  const identity = readIdentity(dir)
  if (!identity?.roles.includes('policy')) return undefined
  const [ca_file, signing_file] = [join(dir, authority_key), join(dir, signing_key)]
  const [ca_key, signing_pem] = [readKey(ca_file), readKey(signing_file)]
  if (ca_key === undefined && signing_pem === undefined) return undefined
  if (ca_key === undefined) throw identityFaults.incomplete({ dir, missing: authority_key })
  if (signing_pem === undefined) throw identityFaults.incomplete({ dir, missing: signing_key })
  if (!readable(ca_file, () => readX509(identity.ca)?.checkPrivateKey(createPrivateKey(ca_key))))
    throw identityFaults.broken({ file: ca_file, reason: 'it is the key of another cluster' })
  const signing = readable(signing_file, () => readSigningKey(signing_pem))
  if (!identity.signing_keys.includes(signing.public_pem))
    throw identityFaults.broken({ file: signing_file, reason: 'no node of this cluster trusts it' })
  return authorityOf(identity, { cert: identity.ca, key: ca_key }, signing)
}

function authorityOf(identity: NodeIdentity, pair: Pair, signing: SigningKey): Authority {
  const { cluster_id } = identity
  const certificate = readX509(pair.cert)
  return {
    cluster_id,
    pin: certificate ? pinOf(certificate) : '',
    ca: pair.cert,
    signing,
    issue: (csr_pem, { node_id, name, roles }, now_ms) => {
      const node = { cluster_id, node_id, name, roles, signing_key_id: signing.key_id }
      return issueNode(pair, csr_pem, node, now_ms)
    },
  }
}

function place(dir: string, files: Readonly<Record<string, string>>): boolean {
  try {
    return placeDirectory(dir, files)
  } catch (cause) {
    throw identityFaults.unwritable({ dir, reason: messageOf(cause) }, { cause })
  }
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw identityFaults.broken({ file, reason: messageOf(cause) }, { cause })
  }
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw identityFaults.broken({ file, reason: messageOf(cause) }, { cause })
  }
}
