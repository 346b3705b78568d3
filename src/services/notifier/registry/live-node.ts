/** One node: its line in the registry, and what is known of it now. */
import type { AgentHello, AgentReport } from '#model/cluster.ts'
import type { NodeView } from '#model/node-view.ts'
import {
  type ClusterNode,
  type NodeState,
  revisions_lost_max,
} from '#parts/records/cluster-nodes.ts'
import { notifierFaults } from '../faults.ts'
import { isAhead, type Newest, type NodeFacts } from '../plan.ts'
import { type Figures, figures } from './figures.ts'

/** Not heard of for so long, a node is inactive; for the second, it is taken off the list. */
export const inactive_ms = 120_000
export const removed_ms = 86_400_000

export type LiveNode = {
  row: ClusterNode
  /** Names the line that is open; undefined while there is none. */
  line: string | undefined
  boot_id: string
  /** When it was last heard of. */
  heard_ms: number | undefined
  version: string
  protocol: number
  address: string
  /** Where its line comes from; `` before the first one. */
  seen_from: string
  /** Where it takes records, as it told on the line that is open; `` when it takes none. */
  analytics: string
  committing: NodeView['committing_status']
  enforced: { readonly id: string; readonly revision: number } | null
  /** Highest revision that it says it ever enforced. */
  floor: number
  took_ms: number | null
  refusal: NodeState['refusal']
  lists_revision: number
  readonly figures: Figures
  /** Something of it is not saved yet. */
  is_dirty: boolean
  /** Its silence was told. */
  is_inactive_told: boolean
}

/** As the database has it; `now_ms` decides whether its silence is news. */
export function liveNode(row: ClusterNode, now_ms: number): LiveNode {
  const { state, last_connection_at } = row
  const heard_ms = last_connection_at === null ? undefined : Date.parse(last_connection_at)
  return {
    row,
    line: undefined,
    boot_id: '',
    heard_ms,
    version: row.version,
    protocol: row.protocol,
    address: row.address,
    seen_from: state?.seen_from ?? '',
    analytics: '',
    committing: 'stable',
    enforced:
      state && state.revision > 0 ? { id: state.bundle_id, revision: state.revision } : null,
    floor: Math.max(state?.revision_floor ?? 0, state?.revision ?? 0),
    took_ms: state?.took_ms ?? null,
    refusal: state?.refusal ?? null,
    lists_revision: state?.lists_revision ?? 0,
    figures: figures(state?.clock_skew_ms),
    is_dirty: false,
    is_inactive_told: now_ms - (heard_ms ?? Date.parse(row.joined_at)) >= inactive_ms,
  }
}

export function greet(
  node: LiveNode,
  hello: AgentHello,
  at: {
    readonly line: string
    readonly protocol: number
    readonly seen_from?: string | undefined
    readonly now_ms: number
  },
): void {
  node.line = at.line
  node.boot_id = hello.boot_id
  node.heard_ms = at.now_ms
  node.version = clean(hello.version)
  node.protocol = at.protocol
  node.address = clean(hello.address)
  node.seen_from = at.seen_from ?? ''
  node.analytics = intakeOf(node, hello)
  node.enforced = enforcedBy(hello)
  node.floor = Math.max(hello.revision_floor, hello.bundle?.revision ?? 0)
  node.lists_revision = hello.lists_revision
  node.is_inactive_told = false
  node.is_dirty = true
  node.figures.greeted(hello.at_ms, at.now_ms)
}

/** What cannot be an address, and what a node without the role says, is as if it was not said. */
function intakeOf({ row }: LiveNode, { analytics = '' }: AgentHello): string {
  return row.roles.includes('analytics') && isHostPort(analytics) ? analytics : ''
}

function isHostPort(text: string): boolean {
  return /^([\w.-]{1,249}|\[[\da-f:.]{2,45}\]):\d{1,5}$/i.test(text)
}

function enforcedBy({ bundle }: Pick<AgentHello, 'bundle'>): LiveNode['enforced'] {
  return bundle && { id: clean(bundle.id), revision: bundle.revision }
}

/** Texts of other machines, fit for a column and a terminal, and not too long. */
function clean(text: string): string {
  return text
    .slice(0, 1_000)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
}

export function hear(
  node: LiveNode,
  report: AgentReport,
  now: { readonly now_ms: number; readonly elapsed_ms: number },
): void {
  node.heard_ms = now.now_ms
  node.committing = report.committing
  node.enforced = enforcedBy(report)
  node.floor = Math.max(node.floor, report.bundle?.revision ?? 0)
  node.lists_revision = report.lists_revision
  for (const receipt of report.receipts) {
    node.took_ms = receipt.took_ms
    node.refusal =
      receipt.result === 'applied'
        ? null
        : {
            bundle_id: clean(receipt.bundle),
            code: clean(receipt.code),
            message: clean(receipt.message),
          }
  }
  // It enforces what it would not take before: a later try went well.
  if (node.refusal && node.refusal.bundle_id === node.enforced?.id) node.refusal = null
  node.figures.add({ ...report, ...now })
  node.is_dirty = true
}

export function stateOf(node: LiveNode): NodeState {
  return {
    bundle_id: node.enforced?.id ?? '',
    revision: node.enforced?.revision ?? 0,
    took_ms: node.took_ms,
    refusal: node.refusal,
    lists_revision: node.lists_revision,
    clock_skew_ms: node.figures.skew_ms(),
    revision_floor: node.floor,
    seen_from: node.seen_from,
  }
}

/** After our start: nodes that were heard of after `since_ms` will be back, until that is over. */
export type Return = { readonly since_ms: number; readonly is_over: boolean }

export function factsOf(node: LiveNode, back: Return): NodeFacts {
  const { id, name, group, roles } = node.row
  return {
    ...{ id, name, group, roles },
    is_connected: node.line !== undefined,
    is_expected: !back.is_over && node.boot_id === '' && (node.heard_ms ?? 0) > back.since_ms,
    line: node.line ?? '',
    enforced: node.enforced,
    floor: node.floor,
    refusal: node.refusal,
    took_ms: node.took_ms,
    counters: node.figures.total(),
    before: node.figures.before(),
  }
}

export function silence_ms(node: LiveNode, now_ms: number): number {
  return now_ms - (node.heard_ms ?? Date.parse(node.row.joined_at))
}

/** A report comes every second: so often its time is told anew. */
const told_every_ms = 10_000

export function viewOfNode(node: LiveNode, newest: Newest | undefined, now_ms: number): NodeView {
  const { row, enforced, heard_ms, line } = node
  const told_ms =
    heard_ms !== undefined && line !== undefined
      ? Math.floor(heard_ms / told_every_ms) * told_every_ms
      : heard_ms
  const skew_ms = node.figures.skew_ms()
  return {
    id: row.id,
    name: row.name,
    group: row.group,
    roles: [...row.roles],
    address: node.address,
    version: node.version,
    protocol: node.protocol,
    sync_status: syncStatus(node, newest),
    connection_status: connectionStatus(node, now_ms),
    committing_status: line === undefined ? 'stable' : node.committing,
    replication_status: 'none',
    last_connection_at: told_ms === undefined ? null : new Date(told_ms).toISOString(),
    joined_at: row.joined_at,
    certificate_expires_at: row.certificate_expires_at,
    bundle: enforced ? `${enforced.revision}-${enforced.id.slice(0, 8)}` : '',
    revision: enforced?.revision ?? 0,
    took_ms: node.took_ms,
    refusal: refusalFor(node, newest),
    lists_revision: node.lists_revision,
    // What is less than this may as well be the network.
    clock_skew_ms: Math.abs(skew_ms) < 50 ? 0 : Math.round(skew_ms / 50) * 50,
    ...(line === undefined ? { requests_per_s: 0, blocked_per_s: 0 } : node.figures.rates()),
  }
}

const nothing: Newest = { id: '', revision: 0 }

function syncStatus(node: LiveNode, newest = nothing): NodeView['sync_status'] {
  if (newest.id !== '' && node.enforced?.id === newest.id) return 'in_sync'
  if (isAhead(node, newest)) return 'behind'
  if (node.refusal && node.refusal.bundle_id === newest.id) return 'refused'
  return node.enforced ? 'behind' : 'none'
}

function refusalFor(node: LiveNode, newest = nothing): NodeView['refusal'] {
  const { refusal, floor, row } = node
  if (isAhead(node, newest)) {
    const is_believed = floor <= newest.revision + revisions_lost_max
    const facts = { node: row.name, revision: newest.revision, floor }
    const fault = is_believed ? notifierFaults.ahead(facts) : notifierFaults.far_ahead(facts)
    return { code: fault.code, message: fault.message }
  }
  if (refusal?.bundle_id !== newest.id) return null
  return { code: refusal.code, message: refusal.message }
}

function connectionStatus(node: LiveNode, now_ms: number): NodeView['connection_status'] {
  if (node.row.revoked_at !== null) return 'revoked'
  if (node.line !== undefined) return 'connected'
  return silence_ms(node, now_ms) >= inactive_ms ? 'inactive' : 'disconnected'
}
