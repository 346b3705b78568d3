/** Whether the parts of an identity belong together. */
import { createPrivateKey } from 'node:crypto'
import { messageOf } from '#base/fault.ts'
import { certifiedNode, isSignedBy, readX509 } from './names.ts'

/** All PEM, except the ids. */
type Parts = {
  readonly cluster_id: string
  readonly node_id: string
  readonly name: string
  readonly certificate: string
  readonly ca: string
  readonly key: string
}

/** Why certificate, key, authority and node do not belong together; undefined when they do. */
export function misfit(parts: Parts): string | undefined {
  const certificate = readX509(parts.certificate)
  const authority = readX509(parts.ca)
  if (!certificate || !authority) return 'a certificate in it is no PEM certificate'
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(parts.key)))
      return 'the key belongs to another certificate'
  } catch (error) {
    return `the key cannot be read (${messageOf(error)})`
  }
  if (!isSignedBy(certificate, authority)) return 'the cluster did not sign the certificate'
  const node = certifiedNode(certificate)
  const is_same =
    node?.cluster_id === parts.cluster_id &&
    node.node_id === parts.node_id &&
    node.name === parts.name
  return is_same ? undefined : 'the certificate is of another node'
}
