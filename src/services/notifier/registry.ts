/** All nodes as the database lists them and as they are now. Nothing that is not saved here is lost by a kill: nodes tell again. */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { AgentHello, AgentReport } from '#model/cluster.ts'
import type { NodeView } from '#model/node-view.ts'
import {
  forgetNodes,
  listClusterNodes,
  remembered_ms,
  removeNode,
  restoreNode,
  saveNodeState,
  setCertificateEnd,
} from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { notifierFaults } from './faults.ts'
import type { Newest, NodeFacts } from './plan.ts'
import {
  factsOf,
  greet,
  hear,
  inactive_ms,
  type LiveNode,
  liveNode,
  removed_ms,
  silence_ms,
  stateOf,
  viewOfNode,
} from './registry/live-node.ts'
import { sharedRead } from './registry/shared-read.ts'

export type Registry = {
  readonly is_loaded: boolean
  /** Reads the list anew; what is known of nodes by their own word stays. One read for all who ask meanwhile. */
  load(): Promise<void>
  /** The node, if it counts. Throws `notifier.not_ready`, `.unknown_node`, `.revoked`. */
  demand(peer: { readonly node_id: string; readonly name: string }): LiveNode
  /** A line was opened; a node that was off the list is back. Throws `notifier.name_taken`. */
  connected(
    node: LiveNode,
    hello: AgentHello,
    at: {
      readonly line: string
      readonly protocol: number
      readonly seen_from?: string | undefined
    },
  ): Promise<void>
  disconnected(node_id: string, line: string): void
  heard(node: LiveNode, report: AgentReport): void
  renewed(node_id: string, expires_at: string): Promise<void>
  /** Old refusals count no longer: what was refused is offered once more. */
  forgive(): void
  facts(): NodeFacts[]
  /** With the revoked ones that are still on the list. */
  views(newest: Newest | undefined): NodeView[]
  /** Ids of nodes that were cut off, until long after their certificates have ended. */
  revoked(): string[]
  /** Where connected nodes take records, `host:port`, by name of the node. */
  analytics(): string[]
  /** How many are on the list. */
  readonly size: number
  /** Saves what was heard, tells of silence, takes those off the list that were away for a day. */
  tend(): Promise<void>
}

function ignoreFault(error: unknown): void {
  if (!(error instanceof Fault)) throw error
}

/** A node that was there so shortly before our start is back within so long after it. */
const heard_before_ms = 60_000
const return_ms = 10_000

export function registry(database: Database, { clock, log }: World): Registry {
  let nodes = new Map<string, LiveNode>()
  let is_loaded = false
  const started_ms = clock.elapsed()
  const since_ms = clock.now() - heard_before_ms
  const onList = () => [...nodes.values()].filter((node) => node.row.removed_at === null)
  const counting = () => onList().filter((node) => node.row.revoked_at === null)
  const iso = () => new Date(clock.now()).toISOString()
  const load = sharedRead(async () => {
    const rows = await listClusterNodes(database)
    const next = new Map<string, LiveNode>()
    for (const row of rows) {
      const known = nodes.get(row.id)
      if (known) known.row = row
      next.set(row.id, known ?? liveNode(row, clock.now()))
    }
    nodes = next
    is_loaded = true
  })
  const save = async (node: LiveNode) => {
    node.is_dirty = false
    const { address, version, protocol } = node
    const last_connection_at =
      node.heard_ms === undefined ? null : new Date(node.heard_ms).toISOString()
    const heard = { address, version, protocol, last_connection_at, state: stateOf(node) }
    try {
      await saveNodeState(database, node.row.id, heard)
    } catch (error) {
      node.is_dirty = true
      throw error
    }
  }
  return {
    get is_loaded() {
      return is_loaded
    },
    get size() {
      return onList().length
    },
    load,
    demand({ node_id, name }) {
      if (!is_loaded) throw notifierFaults.not_ready({})
      const node = nodes.get(node_id)
      // The registry says what its name is, whatever the certificate says.
      if (!node) throw notifierFaults.unknown_node({ node: name })
      if (node.row.revoked_at !== null) throw notifierFaults.revoked({ node: node.row.name })
      return node
    },
    async connected(node, hello, at) {
      if (node.row.removed_at !== null) {
        if (!(await restoreNode(database, node.row.id))) {
          throw notifierFaults.name_taken({ name: node.row.name })
        }
        await load()
      }
      greet(node, hello, { ...at, now_ms: clock.now() })
      // The next commit must be above it, and that may come at any moment.
      if (node.floor > (node.row.state?.revision_floor ?? 0)) {
        // A database that is away keeps no node away: it is saved later.
        await save(node).catch(ignoreFault)
      }
      const { name } = node.row
      log.event('node.connected', { name, address: hello.address, version: hello.version })
    },
    disconnected(node_id, line) {
      const node = nodes.get(node_id)
      if (!node || node.line !== line) return
      node.line = undefined
      node.committing = 'stable'
      node.is_dirty = true
      log.event('node.disconnected', { name: node.row.name })
    },
    heard(node, report) {
      hear(node, report, { now_ms: clock.now(), elapsed_ms: clock.elapsed() })
    },
    async renewed(node_id, expires_at) {
      await setCertificateEnd(database, node_id, expires_at)
      await load()
    },
    forgive() {
      for (const node of nodes.values()) {
        if (node.refusal === null) continue
        node.refusal = null
        node.is_dirty = true
      }
    },
    facts() {
      const is_over = clock.elapsed() - started_ms >= return_ms
      return counting().map((node) => factsOf(node, { since_ms, is_over }))
    },
    views: (newest) => onList().map((node) => viewOfNode(node, newest, clock.now())),
    analytics: () =>
      counting()
        .filter((node) => node.line !== undefined && node.analytics !== '')
        .sort((a, b) => (a.row.name < b.row.name ? -1 : 1))
        .map((node) => node.analytics),
    revoked() {
      const ended_before = new Date(clock.now() - remembered_ms).toISOString()
      return [...nodes.values()]
        .filter(({ row }) => row.revoked_at !== null && row.certificate_expires_at > ended_before)
        .map(({ row }) => row.id)
    },
    async tend() {
      for (const node of nodes.values()) if (node.is_dirty) await save(node)
      for (const node of counting()) {
        if (node.line !== undefined) continue
        const away_ms = silence_ms(node, clock.now())
        const { name, roles } = node.row
        if (away_ms >= inactive_ms && !node.is_inactive_told) {
          node.is_inactive_told = true
          log.event('node.inactive', { name, away_s: Math.round(away_ms / 1000) })
        }
        if (away_ms < removed_ms || roles.includes('policy')) continue
        if (await removeNode(database, node.row.id, iso())) {
          node.row = { ...node.row, removed_at: iso() }
          log.event('node.removed', { name, away_s: Math.round(away_ms / 1000) })
        }
      }
      await forgetNodes(database, iso())
    },
  }
}
