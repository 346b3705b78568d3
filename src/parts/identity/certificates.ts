/** A certificate for the console when nobody brought one: self-signed, kept, renewed in time. */
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { loadX509 } from './certificates/x509.ts'
import { identityFaults } from './faults.ts'

export type CertificateFiles = {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. Secret. */
  readonly key: string
}

const day_ms = 86_400_000
/** Browsers refuse leaves that are valid for longer (CA/Browser Forum: 398 days). */
const valid_ms = 397 * day_ms
const renew_before_ms = 30 * day_ms

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Makes a self-signed server certificate for host names and addresses; the first name is its subject. */
export async function selfSigned(
  names: readonly string[],
  now_ms: number,
): Promise<CertificateFiles> {
  const x509 = await loadX509()
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names[0] ?? 'gatehouse'] }],
    // A clock that is an hour off on the reader's machine must not break the first visit.
    notBefore: new Date(now_ms - 3_600_000),
    notAfter: new Date(now_ms + valid_ms),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) ? 'ip' : 'dns', value: name })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return {
    cert: `${cert.toString('pem')}\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/**
 * The certificate kept in `dir` (`console.crt`, `console.key` 0600): made on the first call, and made again when it
 * nears its end, does not name all of `names`, or cannot be read.
 */
export async function keptCertificate(
  dir: string,
  names: readonly string[],
  now_ms: number,
): Promise<CertificateFiles & { readonly is_new: boolean }> {
  const [cert_path, key_path] = [join(dir, 'console.crt'), join(dir, 'console.key')]
  const kept = await readPair(cert_path, key_path).catch(() => undefined)
  if (kept && fits(kept, names, now_ms)) return { ...kept, is_new: false }
  const made = await selfSigned(names, now_ms)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await write(key_path, made.key)
  await write(cert_path, made.cert)
  return { ...made, is_new: true }
}

/** Reads a certificate that the user brought. Throws `identity.certificate_unreadable` naming the file. */
export async function readCertificate(paths: CertificateFiles): Promise<CertificateFiles> {
  const read = async (path: string) => {
    try {
      return await readFile(path, 'utf8')
    } catch (cause) {
      throw identityFaults.certificate_unreadable({ path, reason: messageOf(cause) }, { cause })
    }
  }
  const pair = { cert: await read(paths.cert), key: await read(paths.key) }
  try {
    if (isPair(pair)) return pair
  } catch (cause) {
    const reason = `it is not a PEM certificate with its key (${messageOf(cause)})`
    throw identityFaults.certificate_unreadable({ path: paths.cert, reason }, { cause })
  }
  const reason = `the key in "${paths.key}" belongs to another certificate`
  throw identityFaults.certificate_unreadable({ path: paths.cert, reason })
}

/** SHA-256 of the DER form, as browsers show it: `AB:CD:…`. */
export function fingerprint(cert: string): string {
  return new X509Certificate(cert).fingerprint256
}

async function readPair(cert_path: string, key_path: string): Promise<CertificateFiles> {
  return { cert: await readFile(cert_path, 'utf8'), key: await readFile(key_path, 'utf8') }
}

function isPair({ cert, key }: CertificateFiles): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
}

function fits(pair: CertificateFiles, names: readonly string[], now_ms: number): boolean {
  try {
    const cert = new X509Certificate(pair.cert)
    return (
      isPair(pair) &&
      cert.validToDate.getTime() - now_ms > renew_before_ms &&
      names.every((name) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined)
    )
  } catch {
    return false
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function write(path: string, text: string): Promise<void> {
  const beside = `${path}.new`
  await using file = await open(beside, 'w', 0o600)
  await file.chmod(0o600)
  await file.writeFile(text)
  await file.sync()
  await rename(beside, path)
}
