/** Asking for a certificate: the key is made here and stays here. */
import { algorithm, exportKey, newKeys, pem } from './certificates/keys.ts'
import { loadX509 } from './certificates/x509.ts'

/** A new key (PEM, PKCS #8, secret) and the request (PEM, PKCS #10) that asks for its certificate. */
export async function newRequest(name: string): Promise<{ csr: string; key: string }> {
  const x509 = await loadX509()
  const keys = await newKeys()
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
  })
  return { csr: pem(csr), key: await exportKey(keys) }
}
