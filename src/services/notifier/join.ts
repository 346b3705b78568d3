/** How a machine becomes a node: a token that is good for one, a name that is free, a certificate for its key. */
import { createHash } from 'node:crypto'
import { Fault } from '#base/fault.ts'
import { uuidv7 } from '#base/id.ts'
import type { World } from '#base/service.ts'
import type { JoinAnswer, JoinRequest, Topology } from '#model/cluster.ts'
import type { Authority } from '#parts/identity/authority.ts'
import { expiresAt } from '#parts/identity/node-identity.ts'
import { isToken, tokenHash } from '#parts/identity/tokens.ts'
import { findNodeByName, getNodeById, type NewNode } from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { findInvite, redeemInvite, type StoredInvite, stateOf } from '#parts/records/invites.ts'
import { notifierFaults } from './faults.ts'
import { negotiated } from './protocol.ts'

const nodes_max = 1_000

export type JoinTools = {
  readonly database: Database
  readonly authority: Authority
  topology(): Topology
  /** Nodes on the list. */
  count(): number
  /** The list has changed. */
  joined(): Promise<void>
}

/**
 * The certificate is made before the token is used up, and the token in the transaction that lists the node: whatever
 * fails in between leaves the token as it was. A machine that never heard our answer may ask again with the same request.
 * @throws notifier.token_unknown, .token_used, .token_expired, .token_withdrawn, .name_taken, .too_many_nodes,
 * .protocol_too_old, .protocol_too_new, identity.bad_request, records.unavailable
 */
export async function join(
  request: JoinRequest,
  tools: JoinTools,
  { clock, log }: World,
): Promise<JoinAnswer> {
  const { database } = tools
  const speaks = negotiated(request)
  const csr_hash = createHash('sha256').update(request.csr).digest('hex')
  const at = new Date(clock.now()).toISOString()
  const invite = await demandInvite(database, request.token)
  const before = await nodeOf(database, invite, csr_hash)
  if (before)
    return answerFor(before, await certify(before, request.csr, tools, clock.now()), tools)
  demandOpen(invite, at)
  if (tools.count() >= nodes_max) throw notifierFaults.too_many_nodes({ nodes_max })
  const name_taken = notifierFaults.name_taken({ name: request.name })
  if (await findNodeByName(database, request.name)) throw name_taken
  const node: Omit<NewNode, 'certificate_expires_at'> = {
    id: uuidv7(clock.now()),
    name: request.name,
    roles: invite.roles,
    group: invite.group,
    address: request.address,
    version: request.version,
    protocol: speaks,
    joined_at: at,
  }
  const certificate = await certify(node, request.csr, tools, clock.now())
  const certificate_expires_at = new Date(expiresAt({ certificate })).toISOString()
  const use = { token_hash: invite.token_hash, csr_hash, at }
  const outcome = await redeemInvite(database, {
    ...use,
    node: { ...node, certificate_expires_at },
  })
  if (outcome === 'name_taken') throw name_taken
  if (outcome === 'not_open') demandOpen(await demandInvite(database, request.token), at)
  await tools.joined()
  const roles = invite.roles.join(' ')
  log.event('node.joined', { name: node.name, roles, group: node.group, version: node.version })
  return answerFor(node, certificate, tools)
}

async function demandInvite(database: Database, token: string): Promise<StoredInvite> {
  const invite = isToken(token) ? await findInvite(database, tokenHash(token)) : undefined
  if (!invite) throw notifierFaults.token_unknown({})
  return invite
}

function demandOpen(invite: StoredInvite, now: string): void {
  const state = stateOf(invite, now)
  if (state === 'used') throw notifierFaults.token_used({ node: invite.node })
  if (state === 'expired') throw notifierFaults.token_expired({ expired_at: invite.expires_at })
  if (state === 'withdrawn') throw notifierFaults.token_withdrawn({})
}

/** The node that used the token with this very request, when it counts still. */
async function nodeOf(database: Database, invite: StoredInvite, csr_hash: string) {
  if (invite.node_id === null || invite.csr_hash !== csr_hash) return undefined
  const node = await getNodeById(database, invite.node_id)
  const is_gone = node === undefined || node.revoked_at !== null || node.removed_at !== null
  return is_gone || node.last_connection_at !== null ? undefined : node
}

function certify(
  node: Pick<NewNode, 'id' | 'name' | 'roles'>,
  csr: string,
  { authority }: JoinTools,
  now_ms: number,
): Promise<string> {
  return authority.issue(csr, { node_id: node.id, name: node.name, roles: node.roles }, now_ms)
}

function answerFor(
  node: Pick<NewNode, 'id' | 'name' | 'roles' | 'group'>,
  certificate: string,
  { authority, topology }: JoinTools,
): JoinAnswer {
  return {
    cluster_id: authority.cluster_id,
    node_id: node.id,
    name: node.name,
    roles: [...node.roles],
    group: node.group,
    certificate,
    ca: authority.ca,
    signing_keys: [authority.signing.public_pem],
    ...topology(),
  }
}

/** Failed attempts of one address within the window, and of all together. */
const failures_max = { one: 10, all: 2_000 } as const
const window_ms = 60_000

/** Guessing 256 bits is hopeless; this keeps the attempts from costing us anything. */
export function joinLimit(clock: World['clock']) {
  let since_ms = clock.elapsed()
  let failures = new Map<string, number>()
  let all = 0
  const refresh = () => {
    if (clock.elapsed() - since_ms < window_ms) return
    since_ms = clock.elapsed()
    failures = new Map()
    all = 0
  }
  return {
    /** Throws `notifier.too_many_joins`. */
    demand(address: string): void {
      refresh()
      if ((failures.get(address) ?? 0) < failures_max.one && all < failures_max.all) return
      const retry_after_s = Math.ceil((since_ms + window_ms - clock.elapsed()) / 1000)
      throw notifierFaults.too_many_joins({ retry_after_s })
    },
    /** Counts what the caller is to blame for. */
    failed(address: string, error: unknown): void {
      if (error instanceof Fault && error.code === 'records.unavailable') return
      refresh()
      all += 1
      failures.set(address, (failures.get(address) ?? 0) + 1)
    },
  }
}
