/** The node's part in its cluster: who it is, whom it believes, where others are, what lies on its shelf. */
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { Topology } from '#model/cluster.ts'
import type { NodeRole } from '#model/node-role.ts'
import { openShelf, type Shelf } from '#parts/bundle/shelf.ts'
import type { Authority } from '#parts/identity/authority.ts'
import { clientTls, type Expected } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import {
  clusterAddress,
  demandSharedRecords,
  keepTopology,
  prepareIdentity,
  renewIdentity,
  renewOwn,
  toldIntake,
} from '../cluster.ts'
import { supervisorFaults } from '../faults.ts'
import type { Settings } from '../settings.ts'

export type Membership = Disposable & {
  /** Read it again each time: certificates are renewed. */
  readonly identity: NodeIdentity
  readonly shelf: Shelf
  has(role: NodeRole): boolean
  /** For connections to nodes that take records; another object when connections must be made anew. */
  tls(): ConnectionOptions
  /** Where analytics takes records, our own first: `host:port`. */
  analytics(): readonly string[]
  /** Where our own policy server takes nodes; undefined when there is none here. */
  readonly local_policy_server: string | undefined
  /** Under which others reach this node. */
  readonly address: string
  /** Where this node takes records from others; undefined when it takes none. */
  readonly intake: string | undefined
  /** What the policy server `from` says (`host:port`). */
  learn(topology: Topology, from: string): void
  renew(policy_server: string): Promise<void>
  /** All nodes whose certificates no longer count: nothing is brought to them, also not over a connection that is open. */
  cutOff(node_ids: readonly string[]): void
}

/** @throws identity.*, supervisor.own_records, bundle.shelf_full, bundle.shelf_broken */
export async function openMembership(settings: Settings, world: World): Promise<Membership> {
  const { state_dir } = settings
  const prepared = await prepareIdentity(settings, world)
  const { authority } = prepared
  let { identity } = prepared
  demandSharedRecords(identity, settings)
  const shelf = openShelf(
    join(state_dir, 'shelf'),
    () => ({ cluster_id: identity.cluster_id, keys: identity.signing_keys }),
    (fault) => world.log.trouble('shelf.damaged', fault),
  )
  let revoked: ReadonlySet<string> = new Set(shelf.lists()?.revoked_nodes)
  const intakes: Expected = {
    roles: ['analytics', 'policy'],
    isRevoked: (id) => revoked.has(id),
  }
  let tls = clientTls(identity, intakes)
  const take = (renewed: NodeIdentity): void => {
    if (renewed === identity) return
    const { certificate, ca, key } = renewed
    // What became known while it was on its way stays.
    identity = { ...identity, certificate, ca, key }
    tls = clientTls(identity, intakes)
  }
  const has = (role: NodeRole): boolean => identity.roles.includes(role)
  const intake = has('analytics') ? toldIntake(settings) : undefined
  if (intake === undefined && has('analytics') && !has('policy')) {
    const { listen } = settings.analytics
    world.log.trouble('analytics.closed', supervisorFaults.closed_intake({ listen }))
  }
  const renewing = authority && renewSometimes(authority, () => identity, take, state_dir, world)
  return {
    get identity() {
      return identity
    },
    shelf,
    has,
    tls: () => tls,
    analytics() {
      const own = has('analytics') ? [fromHere(settings.analytics.listen)] : []
      return [...new Set([...own, ...identity.analytics])]
    },
    local_policy_server: has('policy') ? fromHere(settings.cluster.listen) : undefined,
    address: has('policy') ? clusterAddress(settings) : (settings.cluster.address ?? identity.name),
    intake,
    learn(topology, from) {
      try {
        identity = keepTopology(state_dir, identity, topology, from)
      } catch (error) {
        // It counts until the next start, and is told again with the next line.
        identity = { ...identity, ...topology }
        world.log.trouble('cluster.topology_not_kept', error)
      }
    },
    async renew(policy_server) {
      const renewed = authority
        ? await renewOwn(state_dir, identity, authority, world)
        : await renewIdentity(state_dir, identity, policy_server, world)
      take(renewed)
    },
    [Symbol.dispose]: () => renewing?.[Symbol.dispose](),
    cutOff(node_ids) {
      const now = new Set(node_ids)
      if (now.symmetricDifference(revoked).size === 0) return
      revoked = now
      tls = clientTls(identity, intakes)
    },
  }
}

const renewal_ms = 60_000

/**
 * The agent asks when it has a line; a policy server whose certificate has ended (it was made by a clock that was behind,
 * the machine slept for a month) will never have one, and neither will any other node.
 */
function renewSometimes(
  authority: Authority,
  now: () => NodeIdentity,
  take: (renewed: NodeIdentity) => void,
  state_dir: string,
  world: World,
): Disposable {
  let told = ''
  let is_busy = false
  const renew = async (): Promise<void> => {
    if (is_busy) return
    is_busy = true
    try {
      take(await renewOwn(state_dir, now(), authority, world))
      told = ''
    } catch (error) {
      if (error instanceof Fault && told === error.code) return
      told = error instanceof Fault ? error.code : ''
      world.log.trouble('certificate.not_renewed', error)
    } finally {
      is_busy = false
    }
  }
  return world.clock.every(renewal_ms, () => void renew())
}

/** How this machine itself reaches what listens there. */
function fromHere(listen: string): string {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon)
  const is_any = host === '*' || host === '0.0.0.0' || host === '[::]'
  return `${is_any ? '127.0.0.1' : host}${listen.slice(colon)}`
}
