/** This node's place in a cluster, as the supervisor needs it at start: who we are, where others find us, new certificates. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isLoopback } from '#base/address.ts'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { Topology } from '#model/cluster.ts'
import { type Authority, foundCluster, openAuthority } from '#parts/identity/authority.ts'
import { identityFaults } from '#parts/identity/faults.ts'
import {
  expiresAt,
  isRenewalDue,
  type NodeIdentity,
  readIdentity,
  sweepIdentity,
  writeIdentity,
} from '#parts/identity/node-identity.ts'
import { renewCertificate } from '#parts/identity/renew.ts'
import { newRequest } from '#parts/identity/requests.ts'
import { supervisorFaults } from './faults.ts'
import { databaseOf, type Settings } from './settings.ts'

/** What of the settings says where others find this node. */
type Places = {
  readonly cluster: Settings['cluster']
  readonly analytics: Pick<Settings['analytics'], 'listen'>
}

export type Prepared = {
  readonly identity: NodeIdentity
  /** Only on the policy server that founded the cluster. */
  readonly authority: Authority | undefined
  readonly is_new: boolean
}

export function identityDir(state_dir: string): string {
  return join(state_dir, 'identity')
}

/**
 * The identity of this machine. One that belongs to no cluster founds its own. Call it only while holding the state directory.
 *
 * A certificate that has ended is told and no more: the node goes on protecting with what is on its shelf.
 * @throws identity.incomplete, identity.broken, identity.unwritable
 */
export async function prepareIdentity(
  settings: Pick<Settings, 'node' | 'state_dir'> & Places,
  world: World,
): Promise<Prepared> {
  const dir = identityDir(settings.state_dir)
  sweepIdentity(dir)
  const kept = readIdentity(dir)
  if (kept === undefined) return found(dir, settings, world)
  const authority = await openAuthority(dir)
  const identity = authority ? await refresh(kept, authority, settings, world) : kept
  const ends_ms = expiresAt(identity)
  if (ends_ms <= world.clock.now()) {
    const ended_at = new Date(ends_ms).toISOString()
    world.log.trouble(
      'certificate.expired',
      identityFaults.expired({ name: identity.name, ended_at }),
      {
        next: 'gatehouse node invite on a policy server; here: the line that it prints, with --leave',
      },
    )
  }
  return { identity, authority, is_new: false }
}

/** Where other nodes reach this one's cluster port, `host:port`. */
export function clusterAddress({ cluster }: Pick<Places, 'cluster'>): string {
  return advertised(cluster.listen, cluster.address)
}

/** Where other nodes bring their records, `host:port`, on a node that takes some. */
export function intakeAddress({ cluster, analytics }: Places): string {
  return advertised(analytics.listen, cluster.address)
}

/** `host:port` to tell the cluster that records are taken here; undefined where no other machine can bring any. */
export function toldIntake(settings: Places): string | undefined {
  return isHere(hostAndPort(settings.analytics.listen).host) ? undefined : intakeAddress(settings)
}

/** A node that joined to take records shares the policy server's database. @throws supervisor.own_records */
export function demandSharedRecords(identity: NodeIdentity, settings: Settings): void {
  const { name, roles, policy_servers } = identity
  if (!roles.includes('analytics') || roles.includes('policy')) return
  if (databaseOf(settings).kind === 'embedded')
    throw supervisorFaults.own_records({ name, policy_servers: policy_servers.join(', ') })
}

/** The settings by which only this machine reaches what nodes need to reach, so that none can join and work. */
export function closedPorts({ cluster, analytics }: Places): string[] {
  const named = { 'cluster.listen': cluster.listen, 'analytics.listen': analytics.listen }
  return Object.entries(named)
    .filter(([, listen]) => isHere(hostAndPort(listen).host))
    .map(([name, listen]) => `${name} (${listen})`)
}

/** A new certificate from a policy server, written down. The agent asks for it when a third of the old one's life is left. */
export async function renewIdentity(
  state_dir: string,
  identity: NodeIdentity,
  server: string,
  world: World,
): Promise<NodeIdentity> {
  const { certificate, ca, key } = await renewCertificate(identity, server, world.clock)
  // What else became known meanwhile, such as new policy servers, stays.
  const now = readIdentity(identityDir(state_dir)) ?? identity
  return keep(identityDir(state_dir), { ...now, certificate, ca, key }, world)
}

/**
 * Writes down where policy servers and analytics are, for the next start, and the server that told it: that one was
 * reached, which an address that is only told has yet to prove. A policy server's own file says where *it* is, and
 * what it tells others comes from there: what nodes told must not get in.
 */
export function keepTopology(
  state_dir: string,
  identity: NodeIdentity,
  { policy_servers, analytics }: Topology,
  last_server: string,
): NodeIdentity {
  const places = JSON.stringify([policy_servers, analytics, last_server])
  const known = JSON.stringify([identity.policy_servers, identity.analytics, identity.last_server])
  const changed = { ...identity, policy_servers, analytics, last_server }
  if (places !== known && !identity.roles.includes('policy'))
    writeIdentity(identityDir(state_dir), changed)
  return changed
}

/**
 * As `renewIdentity`, for the node that holds the authority: it needs no server, so that it gets out of an ended certificate
 * also while it runs. Gives the same identity unless a new certificate is due.
 * @throws identity.clock_wrong, identity.unwritable
 */
export async function renewOwn(
  state_dir: string,
  identity: NodeIdentity,
  authority: Authority,
  world: World,
): Promise<NodeIdentity> {
  const now_ms = world.clock.now()
  if (!isRenewalDue(identity, now_ms)) return identity
  const { csr, key } = await newRequest(identity.name)
  const certificate = await authority.issue(csr, identity, now_ms)
  // What nodes told this one since its start is not for its file.
  const kept = readIdentity(identityDir(state_dir)) ?? identity
  return keep(identityDir(state_dir), { ...kept, certificate, key }, world)
}

async function found(
  dir: string,
  settings: Pick<Settings, 'node'> & Places,
  world: World,
): Promise<Prepared> {
  const made = await foundCluster(
    dir,
    { name: settings.node, roles: ['edge', 'analytics', 'policy'], ...placesOf(settings) },
    world.clock.now(),
  )
  if (made.is_new) {
    const { cluster_id, name } = made.identity
    world.log.event('cluster.founded', { cluster_id, node: name, pin: made.authority.pin })
  }
  return made
}

/**
 * Who holds the authority needs nobody to renew: also after a month switched off it starts with a certificate that counts.
 * And it alone decides where others find it, so changed settings count at once.
 */
async function refresh(
  kept: NodeIdentity,
  authority: Authority,
  settings: Pick<Settings, 'state_dir'> & Places,
  world: World,
): Promise<NodeIdentity> {
  const { state_dir } = settings
  const identity = { ...kept, ...placesOf(settings) }
  if (JSON.stringify(identity) !== JSON.stringify(kept))
    writeIdentity(identityDir(state_dir), identity)
  try {
    return await renewOwn(state_dir, identity, authority, world)
  } catch (error) {
    // What the node protects does not hang on it; it is tried again while it runs.
    if (!(error instanceof Fault)) throw error
    world.log.trouble('certificate.not_renewed', error)
    return identity
  }
}

function keep(dir: string, identity: NodeIdentity, world: World): NodeIdentity {
  writeIdentity(dir, identity)
  const valid_until = new Date(expiresAt(identity)).toISOString()
  world.log.event('certificate.renewed', { node: identity.name, valid_until })
  return identity
}

function placesOf(settings: Places): Topology {
  return {
    policy_servers: [clusterAddress(settings)],
    analytics: [intakeAddress(settings)],
  }
}

/** What listens on loopback is found there and nowhere else, whatever the machine is called. */
function advertised(listen: string, address: string | undefined): string {
  const { host, port } = hostAndPort(listen)
  if (isHere(host)) return `${host}:${port}`
  const is_any = host === '*' || host === '0.0.0.0' || host === '[::]'
  const name = address ?? (is_any ? hostname() : host)
  return `${name}:${port}`
}

function hostAndPort(listen: string): { host: string; port: string } {
  const colon = listen.lastIndexOf(':')
  return { host: listen.slice(0, colon), port: listen.slice(colon + 1) }
}

function isHere(host: string): boolean {
  return host === 'localhost' || isLoopback(host.replace(/^\[|\]$/g, ''))
}
