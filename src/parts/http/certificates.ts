/** TLS certificates from files, chosen by the name a client asks for (SNI, RFC 6066, section 3). */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import { messageOf } from '#base/fault.ts'
import { httpFaults } from './faults.ts'

export type CertificateFile = { readonly cert: string; readonly key: string }

export type Certificates = {
  /** The context for a server name: an exact one, else a wildcard one label up, else the first. */
  contextFor(name: string): SecureContext
  /** For clients that ask for no name. */
  readonly first: { readonly cert: Buffer; readonly key: Buffer }
  readonly names: readonly string[]
  /** When the first of them ends, milliseconds since the epoch. */
  readonly valid_until_ms: number
}

/**
 * Reads chains and keys.
 *
 * @throws http.cannot_read_certificate, http.bad_certificate (no PEM, key of another certificate,
 * expired is no fault)
 */
export function loadCertificates(files: readonly CertificateFile[]): Certificates | undefined {
  const byName = new Map<string, SecureContext>()
  let first: { cert: Buffer; key: Buffer; context: SecureContext } | undefined
  let valid_until_ms = Number.POSITIVE_INFINITY
  for (const file of files) {
    const cert = read(file.cert)
    const key = read(file.key)
    const { context, leaf } = open(file, cert, key)
    first ??= { cert, key, context }
    valid_until_ms = Math.min(valid_until_ms, Date.parse(leaf.validTo))
    for (const name of namesOf(leaf)) if (!byName.has(name)) byName.set(name, context)
  }
  if (first === undefined) return undefined
  const { cert, key, context } = first
  return {
    first: { cert, key },
    names: [...byName.keys()],
    valid_until_ms,
    contextFor(name) {
      const lower = name.toLowerCase()
      const dot = lower.indexOf('.')
      const wildcard = dot < 0 ? undefined : byName.get(`*${lower.slice(dot)}`)
      return byName.get(lower) ?? wildcard ?? context
    },
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw httpFaults.cannot_read_certificate({ file, state: messageOf(cause) }, { cause })
  }
}

function open(
  file: CertificateFile,
  cert: Buffer,
  key: Buffer,
): { context: SecureContext; leaf: X509Certificate } {
  try {
    const leaf = new X509Certificate(cert)
    if (!leaf.checkPrivateKey(createPrivateKey(key)))
      throw new Error('the key is of another certificate')
    return { leaf, context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }) }
  } catch (cause) {
    throw httpFaults.bad_certificate({ ...file, state: messageOf(cause) }, { cause })
  }
}

/** DNS names of the certificate; the common name only when there are none (RFC 9525, section 2). */
function namesOf(leaf: X509Certificate): string[] {
  const names = [...(leaf.subjectAltName ?? '').matchAll(/(?:^|, )DNS:("?)([^",]+)\1/g)]
    .map((match) => match[2] ?? '')
    .filter((name) => name !== '')
  const common = /^CN=(.+)$/m.exec(leaf.subject)?.[1]
  const all = names.length === 0 && common !== undefined ? [common] : names
  return all.map((name) => name.toLowerCase())
}
