/**
 * The one live stream of the console. Messages are gathered and told twice a second at most, so that a flood of
 * attacks costs the page no more than a trickle.
 */
import type { Attack } from '#model/attack.ts'
import type { RolloutView } from '#model/draft.ts'
import type { SystemEvent } from '#model/event.ts'
import type { LiveTraffic } from '#model/live.ts'
import type { NodeView } from '#model/node-view.ts'
import type { LiveHandlers } from '#parts/client/live.ts'

export type LiveState = {
  readonly status: 'connecting' | 'live' | 'lost'
  /** When the stream broke, milliseconds since the epoch. */
  readonly lost_at?: number
  readonly traffic?: LiveTraffic
}

export type LiveFeed = Disposable & {
  /** The same object until something changes. */
  state(): LiveState
  /** Called after each change of the state. */
  subscribe(action: () => void): () => void
  /** Called with attacks that are new or changed since the last call, each once, newest version. */
  onAttacks(action: (attacks: readonly Attack[]) => void): () => void
  /** Called with all nodes when one of them changed, and with the newest roll-out when it did. */
  onCluster(action: (change: ClusterChange) => void): () => void
  /** Called with system events since the last call, oldest first. */
  onEvents(action: (events: readonly SystemEvent[]) => void): () => void
}

/** The newest of both since the last call. */
export type ClusterChange = {
  readonly nodes?: readonly NodeView[]
  readonly rollout?: RolloutView
}

const pause_ms = 500
/** A commit is on all nodes within a second: its steps must not fall between two looks. */
const cluster_pause_ms = 100
/** More attacks than a screen shows are told as "read again" anyway. */
const gathered_max = 500

export function liveFeed(
  listen: (handlers: LiveHandlers) => Disposable,
  now: () => number = Date.now,
): LiveFeed {
  let state: LiveState = { status: 'connecting' }
  const watchers = new Set<() => void>()
  const readers = new Set<(attacks: readonly Attack[]) => void>()
  const cluster_readers = new Set<(change: ClusterChange) => void>()
  const event_readers = new Set<(events: readonly SystemEvent[]) => void>()
  const gathered = new Map<string, Attack>()
  let cluster: ClusterChange | undefined
  let events: SystemEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let cluster_timer: ReturnType<typeof setTimeout> | undefined

  const change = (next: LiveState) => {
    state = next
    for (const action of watchers) action()
  }
  const tell = () => {
    timer = undefined
    const attacks = [...gathered.values()]
    gathered.clear()
    if (attacks.length > 0) for (const action of readers) action(attacks)
    const told = events
    events = []
    if (told.length > 0) for (const action of event_readers) action(told)
  }
  const tellCluster = () => {
    cluster_timer = undefined
    const change = cluster
    cluster = undefined
    if (change) for (const action of cluster_readers) action(change)
  }
  const gatherCluster = (next: ClusterChange) => {
    cluster = { ...cluster, ...next }
    cluster_timer ??= setTimeout(tellCluster, cluster_pause_ms)
  }
  const source = listen({
    attack(attack) {
      if (gathered.size >= gathered_max && !gathered.has(attack.id)) return
      gathered.set(attack.id, attack)
      timer ??= setTimeout(tell, pause_ms)
    },
    traffic: (traffic) => change({ ...state, traffic }),
    nodes: (nodes) => gatherCluster({ nodes }),
    rollout: (rollout) => gatherCluster({ rollout }),
    event(event) {
      if (events.length < gathered_max) events.push(event)
      timer ??= setTimeout(tell, pause_ms)
    },
    alive(is_alive) {
      if (is_alive) change({ status: 'live', ...(state.traffic ? { traffic: state.traffic } : {}) })
      else if (state.status !== 'lost') change({ status: 'lost', lost_at: now() })
    },
  })
  return {
    state: () => state,
    subscribe: (action) => joined(watchers, action),
    onAttacks: (action) => joined(readers, action),
    onCluster: (action) => joined(cluster_readers, action),
    onEvents: (action) => joined(event_readers, action),
    [Symbol.dispose]() {
      clearTimeout(timer)
      clearTimeout(cluster_timer)
      source[Symbol.dispose]()
    },
  }
}

function joined<T>(set: Set<T>, member: T): () => void {
  set.add(member)
  return () => {
    set.delete(member)
  }
}
