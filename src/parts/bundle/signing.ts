/** Ed25519 keys that sign what all nodes obey. The private half stays on policy servers. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { messageOf } from '#base/fault.ts'
import { bundleFaults } from './faults.ts'

export type SigningKey = {
  /** SHA-256 of the public key (SPKI, DER), in hex. */
  readonly key_id: string
  readonly private_key: KeyObject
  /** SPKI, PEM: what nodes get when they join. */
  readonly public_pem: string
}

/** Whom a node believes. */
export type Trust = {
  readonly cluster_id: string
  /** Public keys: SPKI, PEM. */
  readonly keys: readonly string[]
}

export function newSigningKey(): SigningKey {
  return signingKey(generateKeyPairSync('ed25519').privateKey)
}

/** From PKCS #8, PEM. @throws bundle.unusable_key */
export function readSigningKey(pem: string): SigningKey {
  return signingKey(ed25519(() => createPrivateKey(pem)))
}

/** Base64url, 86 characters. */
export function signText(text: string, key: SigningKey): string {
  return sign(null, Buffer.from(text), key.private_key).toString('base64url')
}

/**
 * Did the trusted key of this id sign this text?
 * @throws bundle.foreign_signature, bundle.bad_signature, bundle.unusable_key
 */
export function demandSignature(
  what: string,
  text: string,
  signed: { readonly key_id: string; readonly signature: string },
  trust: Trust,
): void {
  const key = trust.keys
    .map((pem) => ed25519(() => createPublicKey(pem)))
    .find((candidate) => keyId(candidate) === signed.key_id)
  if (key === undefined) throw bundleFaults.foreign_signature({ what, key_id: signed.key_id })
  const signature = Buffer.from(signed.signature, 'base64url')
  // Base64 has spare bits at its end: only one spelling of a signature counts.
  const is_exact = signature.toString('base64url') === signed.signature
  if (!is_exact || !verify(null, Buffer.from(text), key, signature))
    throw bundleFaults.bad_signature({ what })
}

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

function signingKey(private_key: KeyObject): SigningKey {
  const public_key = createPublicKey(private_key)
  const public_pem = public_key.export({ type: 'spki', format: 'pem' }).toString()
  return { key_id: keyId(public_key), private_key, public_pem }
}

function keyId(public_key: KeyObject): string {
  return sha256(public_key.export({ type: 'spki', format: 'der' }))
}

function ed25519(read: () => KeyObject): KeyObject {
  let key: KeyObject
  try {
    key = read()
  } catch (cause) {
    throw bundleFaults.unusable_key({ why: messageOf(cause) }, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw bundleFaults.unusable_key({ why: `it is ${key.asymmetricKeyType}, not ed25519` })
  return key
}
