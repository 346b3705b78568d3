/** Joining a cluster: look at the server first, then tell it the token, then look at what it answered. */
import { createPublicKey, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { type Clock, systemClock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { JoinAnswer, protocol } from '#model/cluster.ts'
import { misfit } from './certificates/misfit.ts'
import {
  certifiedNode,
  isOfPolicyServer,
  isSignedBy,
  keyIdOf,
  pinOf,
  readX509,
} from './certificates/names.ts'
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
 * identity.forged_server, identity.no_policy_server, identity.server_expired, identity.clock_behind, identity.bad_answer, and what the server
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
    const trusted = demandPinned(socket, server, pin, clock.now())
    const address = joining.address ?? socket.localAddress ?? name
    const request = { token, csr, name, address, version, protocol: joining.protocol ?? protocol }
    const answer = await ask(socket, server, '/v1/join', request, JoinAnswer)
    const reason = unusable(answer, key, pin, trusted)
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

/**
 * Throws unless the other end is a policy server whose certificate is valid now and was signed by the authority with this
 * pin. Any other node of the cluster, stolen or cut off, has such a certificate too, but not for this. Gives the ids of
 * the keys that the authority vouches for.
 */
function demandPinned(
  socket: TLSSocket,
  server: string,
  pin: string,
  now_ms: number,
): readonly string[] {
  const [leaf, authority] = chainOf(socket)
  const node = leaf && certifiedNode(leaf)
  if (leaf === undefined || node === undefined)
    throw identityFaults.not_gatehouse({ server, reason: 'its certificate is of no node' })
  if (authority === undefined)
    throw identityFaults.not_gatehouse({ server, reason: 'it does not show its authority' })
  const found = pinOf(authority)
  if (found !== pin) throw identityFaults.wrong_pin({ server, expected: pin, found })
  if (!isSignedBy(leaf, authority)) throw identityFaults.forged_server({ server })
  if (!isOfPolicyServer(leaf)) throw identityFaults.no_policy_server({ server, name: node.name })
  const now = new Date(now_ms).toISOString()
  if (leaf.validFromDate.getTime() > now_ms) {
    const valid_from = leaf.validFromDate.toISOString()
    throw identityFaults.clock_behind({ server, valid_from, now })
  }
  if (leaf.validToDate.getTime() < now_ms) {
    const ended_at = leaf.validToDate.toISOString()
    throw identityFaults.server_expired({ server, ended_at, now })
  }
  return node.signing_key_ids
}

/** The server's own certificate and the authority's, as it sent them. Nothing of this is believed yet. */
function chainOf(socket: TLSSocket): (X509Certificate | undefined)[] {
  const leaf = socket.getPeerCertificate(true)
  const issuer = leaf.issuerCertificate
  const is_alone = !issuer?.raw || issuer.raw.equals(leaf.raw)
  return [leaf.raw && readX509(leaf.raw), is_alone ? undefined : readX509(issuer.raw)]
}

/**
 * Why an answer is no use; undefined when it is sound. Whom we obey from now on is not for the server to say alone: its
 * certificate names the keys (`signing_key_ids`).
 */
function unusable(
  answer: JoinAnswer,
  key: string,
  pin: string,
  signing_key_ids: readonly string[],
): string | undefined {
  const authority = readX509(answer.ca)
  if (!authority || pinOf(authority) !== pin) return 'it names another authority'
  const reason = misfit({ ...answer, key })
  if (reason !== undefined) return reason
  try {
    for (const pem of answer.signing_keys) {
      if (!signing_key_ids.includes(keyIdOf(createPublicKey(pem))))
        return 'its certificate does not vouch for a signing key that it names'
    }
  } catch (error) {
    return `a signing key cannot be read (${messageOf(error)})`
  }
  return answer.signing_keys.length === 0 ? 'it has no signing key' : undefined
}
