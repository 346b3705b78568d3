/** A new certificate and a new key before the old ones end. */
import { type Clock, systemClock } from '#base/clock.ts'
import { RenewAnswer } from '#model/cluster.ts'
import { misfit } from './certificates/misfit.ts'
import { pinOf, readX509 } from './certificates/names.ts'
import { identityFaults } from './faults.ts'
import { clientTls } from './mutual-tls.ts'
import type { NodeIdentity } from './node-identity.ts'
import { newRequest } from './requests.ts'
import { ask, withTls } from './wire/ask.ts'

/**
 * Asks a policy server (`host:port`), with the certificate that is about to end. Gives the identity to write down.
 *
 * @throws identity.unreachable, identity.not_gatehouse, identity.bad_answer, and what the server refuses with
 */
export async function renewCertificate(
  identity: NodeIdentity,
  server: string,
  clock: Clock = systemClock,
): Promise<NodeIdentity> {
  const { csr, key } = await newRequest(identity.name)
  const options = clientTls(identity)
  const { certificate, ca } = await withTls(server, options, clock, (socket) =>
    ask(socket, server, '/v1/renew', { csr }, RenewAnswer),
  )
  const [old_authority, authority] = [readX509(identity.ca), readX509(ca)]
  const is_same = old_authority && authority && pinOf(old_authority) === pinOf(authority)
  const renewed = { ...identity, certificate, ca, key }
  const reason = is_same ? misfit(renewed) : 'it names another authority'
  if (reason !== undefined) throw identityFaults.bad_answer({ server, reason })
  return renewed
}
