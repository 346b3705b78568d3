/** Keys of the cluster's certificates: ECDSA P-256. */
import { createPrivateKey, webcrypto } from 'node:crypto'

export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** PEM; `key` is PKCS #8 and secret. */
export type Pair = { readonly cert: string; readonly key: string }

export function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** The private key as PEM. */
export async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export function importKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign'])
}

/** Certificates and requests as PEM with a line feed at the end. */
export function pem(made: { toString(format: 'pem'): string }): string {
  return `${made.toString('pem')}\n`
}
