/** What an agent is given by its process, and what it shows. */
import type { HybridClock } from '#base/hybrid-clock.ts'
import type { AgentHello, Topology, WaveCounters } from '#model/cluster.ts'
import type { CommittingStatus } from '#model/node-view.ts'
import type { ListsHead } from '#parts/bundle/lists.ts'
import type { Shelf, Shelved } from '#parts/bundle/shelf.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'

export type AgentContext = {
  /** Read again at every connection: certificates are renewed. */
  identity(): NodeIdentity
  readonly version: string
  /** Under which others reach this node. */
  readonly address: string
  /** `host:port` where this node takes records from others; left out where it takes none. */
  readonly analytics?: string
  readonly shelf: Shelf
  /** Changes with every start. */
  readonly boot_id: string
  /** Of the events of this node: told to policy servers, and brought behind theirs. */
  readonly hlc?: HybridClock
  /** `host:port` of the policy server on this very node, tried before all others. */
  readonly local_policy_server?: string
  /**
   * Makes all workers enforce it, or none, and activates it on the shelf; what it throws is the reason that the
   * policy server is told. Called for one bundle at a time, never again before it has settled.
   */
  apply(shelved: Shelved): Promise<void>
  enforced(): AgentHello['bundle']
  counters(): WaveCounters
  /** Everything that the lists say, and what of it became different; also called once with what the shelf has. */
  onLists(all: ListsHead, change: ListsHead): void
  /** `from`: the policy server that says so, `host:port`; it is connected. */
  onTopology(topology: Topology, from: string): void
  /** Gets a new certificate from this policy server and keeps it. */
  renew(policy_server: string): Promise<void>
}

export type AgentState = {
  /** `host:port`; undefined while there is no line. */
  readonly connected_to: string | undefined
  /** Since when it is connected, or is not: milliseconds since the epoch. */
  readonly since_ms: number
  readonly committing: CommittingStatus
  /** Why there is no line, or why the newest bundle is not enforced: a sentence. */
  readonly trouble: string | undefined
}

export type Agent = AsyncDisposable & { state(): AgentState }
