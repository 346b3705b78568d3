/** Is this node in touch with its cluster, and are all nodes of one version? */
import { counted } from '../policy-words.ts'
import { type Check, critical, type Finding, ok, type Patient, span, warning } from './finding.ts'

export const cluster: Check = async (patient) => {
  const { status, nodes, identity, identity_trouble } = patient
  if (identity_trouble !== undefined) {
    return [
      critical(identity_trouble, {
        why: 'without its identity this node cannot start',
        fix: 'restore identity/ from a backup, or join anew: gatehouse node invite on a policy server, its line here with --leave',
      }),
    ]
  }
  if (!identity) return [ok('this machine founds a cluster of its own at its first start')]
  const found = [...contact(patient), ...versions(patient)]
  for (const { name } of nodes.filter((node) => node.connection_status === 'inactive')) {
    found.push(
      warning(`${name} has not been heard of for two minutes or more`, {
        why: 'it enforces what it had; changes do not reach it',
        fix: `gatehouse doctor on ${name}; gatehouse node remove ${name} when it is gone for good`,
      }),
    )
  }
  if (found.length > 0) return found
  const known = status ? `, ${counted(Math.max(1, nodes.length), 'node')} known` : ''
  return [ok(`${identity.name} of cluster ${identity.cluster_id}${known}`)]
}

function contact({ status, nodes, identity, now_ms }: Patient): Finding[] {
  const own = nodes.find((node) => node.id === identity?.node_id)
  if (own?.connection_status === 'revoked') {
    return [
      critical('this node was revoked', {
        why: 'no other node talks to it any more',
        fix: 'gatehouse node invite on a policy server, its line here with --leave',
      }),
    ]
  }
  if (!status?.agent || status.agent.connected_to !== null) return []
  const last = own?.last_connection_at
  const silence = last ? ` for ${span(now_ms - Date.parse(last))}` : ''
  return [
    warning(`there is no connection to a policy server${silence}`, {
      why:
        status.agent.trouble ?? 'the node protects with the policy it has; changes do not reach it',
      fix: 'the check of peers says which server is out of reach',
    }),
  ]
}

function versions({ nodes }: Patient): Finding[] {
  const by_version = Map.groupBy(nodes, (node) => node.version)
  if (by_version.size < 2) return []
  const listed = [...by_version].map(
    ([version, of]) =>
      `${version}: ${of
        .map((node) => node.name)
        .slice(0, 10)
        .join(', ')}`,
  )
  return [
    warning(`nodes run different versions (${listed.join('; ')})`, {
      why: 'rules of a newer policy server may not compile on an older node',
      fix: 'bring all nodes to one version, policy servers and analytics first',
    }),
  ]
}
