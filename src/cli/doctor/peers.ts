/** Can we reach policy servers and analytics, and are they of our cluster? */
import { clientTls } from '#parts/identity/mutual-tls.ts'
import { clusterAddress } from '../cluster.ts'
import { type Check, type Finding, ok, warning } from './finding.ts'
import { placeOf, probe } from './probe.ts'

export const peers: Check = async ({ identity, status, settings, signal }) => {
  if (!identity) return []
  const { policy_servers, analytics } = identity
  const wanted = [
    ...policy_servers.map((address) => ['policy server', address] as const),
    ...analytics.map((address) => ['analytics', address] as const),
  ]
  // While we do not run, our own services are away: no news.
  const own_host = placeOf(clusterAddress(settings)).host
  const is_server = identity.roles.some((role) => role !== 'edge')
  const asked = wanted.filter(
    ([, address]) => status || !is_server || placeOf(address).host !== own_host,
  )
  if (asked.length === 0) return []
  const found = await Promise.all(
    asked.map(async ([what, address]): Promise<Finding[]> => {
      // Analytics on loopback may be asked without TLS by its own node.
      const tls = what === 'policy server' ? clientTls(identity) : undefined
      const why = await probe(placeOf(address), signal, tls)
      return why === undefined ? [] : [away(what, address, why)]
    }),
  )
  const wrong = found.flat()
  if (wrong.length > 0) return wrong
  return [ok(`${asked.map(([, address]) => address).join(', ')} answer`)]
}

function away(what: 'policy server' | 'analytics', address: string, reason: string): Finding {
  const port = placeOf(address).port
  return warning(`the ${what} ${address} is out of reach: ${reason}`, {
    why:
      what === 'analytics'
        ? 'records wait in the spool meanwhile'
        : 'the node protects with the policy it has; changes do not reach it',
    fix: `is Gatehouse running there, on an address that others reach, and does the firewall pass TCP ${port}?`,
  })
}
