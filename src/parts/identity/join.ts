/** Joining a cluster: look at the server first, then tell it the token, then look at what it answered. */
import { createPublicKey, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { type Clock, systemClock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { JoinAnswer, protocol } from '#model/cluster.ts'
import { misfit } from './certificates/misfit.ts'
import { certifiedNode, isSignedBy, pinOf, readX509 } from './certificates/names.ts'
import { identityFaults } from './faults.ts'
import { newRequest } from './requests.ts'
import { ask, withTls } from './wire/ask.ts'

export type Joining = {
  /** `host:port` of the cluster port. */
  readonly server: string
  readonly token: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly pin: string
  readonly name: string
  /** Under which others reach this node; default: the address that this connection goes out from. */
  readonly address?: string
  readonly version: string
  readonly protocol?: { readonly current: number; readonly oldest: number }
  /** Of `newRequest`, when it must outlive this call; default: a new one. */
  readonly request?: { readonly csr: string; readonly key: string }
}

/**
 * Gets a certificate from a policy server. The token is sent only to the server whose authority has the pin; the key is
 * made here and never sent.
 *
 * @throws identity.bad_pin, identity.bad_server, identity.unreachable, identity.not_gatehouse, identity.wrong_pin,
 * identity.forged_server, identity.server_expired, identity.clock_behind, identity.bad_answer, and what the server
 * refuses with (`notifier.token_used` …)
 */
export async function joinCluster(
  joining: Joining,
  clock: Clock = systemClock,
): Promise<{ answer: JoinAnswer; key: string; address: string }> {
  const pin = readPin(joining.pin)
  const { server, name, token, version } = joining
  const { csr, key } = joining.request ?? (await newRequest(name))
  const options = { rejectUnauthorized: false, minVersion: 'TLSv1.3' } as const
  return await withTls(server, options, clock, async (socket) => {
    demandPinned(socket, server, pin, clock.now())
    const address = joining.address ?? socket.localAddress ?? name
    const request = { token, csr, name, address, version, protocol: joining.protocol ?? protocol }
    const answer = await ask(socket, server, '/v1/join', request, JoinAnswer)
    const reason = unusable(answer, key, pin)
    if (reason !== undefined) throw identityFaults.bad_answer({ server, reason })
    return { answer, key, address }
  })
}

/** A pin in its one spelling. @throws identity.bad_pin */
export function readPin(text: string): string {
  const pin = text.trim().toLowerCase()
  if (/^sha256:[0-9a-f]{64}$/.test(pin)) return pin
  throw identityFaults.bad_pin({ pin: text })
}

/** Throws unless the other end has a certificate that is valid now and was signed by the authority with this pin. */
function demandPinned(socket: TLSSocket, server: string, pin: string, now_ms: number): void {
  const [leaf, authority] = chainOf(socket)
  if (leaf === undefined || certifiedNode(leaf) === undefined)
    throw identityFaults.not_gatehouse({ server, reason: 'its certificate is of no node' })
  if (authority === undefined)
    throw identityFaults.not_gatehouse({ server, reason: 'it does not show its authority' })
  const found = pinOf(authority)
  if (found !== pin) throw identityFaults.wrong_pin({ server, expected: pin, found })
  if (!isSignedBy(leaf, authority)) throw identityFaults.forged_server({ server })
  const now = new Date(now_ms).toISOString()
  if (leaf.validFromDate.getTime() > now_ms) {
    const valid_from = leaf.validFromDate.toISOString()
    throw identityFaults.clock_behind({ server, valid_from, now })
  }
  if (leaf.validToDate.getTime() < now_ms) {
    const ended_at = leaf.validToDate.toISOString()
    throw identityFaults.server_expired({ server, ended_at, now })
  }
}

/** The server's own certificate and the authority's, as it sent them. Nothing of this is believed yet. */
function chainOf(socket: TLSSocket): (X509Certificate | undefined)[] {
  const leaf = socket.getPeerCertificate(true)
  const issuer = leaf.issuerCertificate
  const is_alone = !issuer?.raw || issuer.raw.equals(leaf.raw)
  return [leaf.raw && readX509(leaf.raw), is_alone ? undefined : readX509(issuer.raw)]
}

/** Why an answer is no use; undefined when it is sound. The server is trusted by now: this finds mistakes, not attacks. */
function unusable(answer: JoinAnswer, key: string, pin: string): string | undefined {
  const authority = readX509(answer.ca)
  if (!authority || pinOf(authority) !== pin) return 'it names another authority'
  const reason = misfit({ ...answer, key })
  if (reason !== undefined) return reason
  try {
    for (const pem of answer.signing_keys) createPublicKey(pem)
  } catch (error) {
    return `a signing key cannot be read (${messageOf(error)})`
  }
  return answer.signing_keys.length === 0 ? 'it has no signing key' : undefined
}
