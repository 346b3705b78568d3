/**
 * The one live stream of the console. Messages are gathered and told twice a second at most, so that a flood of
 * attacks costs the page no more than a trickle.
 */
import type { Attack } from '#model/attack.ts'
import type { LiveTraffic } from '#model/live.ts'
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
}

const pause_ms = 500
/** More attacks than a screen shows are told as "read again" anyway. */
const gathered_max = 500

export function liveFeed(
  listen: (handlers: LiveHandlers) => Disposable,
  now: () => number = Date.now,
): LiveFeed {
  let state: LiveState = { status: 'connecting' }
  const watchers = new Set<() => void>()
  const readers = new Set<(attacks: readonly Attack[]) => void>()
  const gathered = new Map<string, Attack>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const change = (next: LiveState) => {
    state = next
    for (const action of watchers) action()
  }
  const tell = () => {
    timer = undefined
    const attacks = [...gathered.values()]
    gathered.clear()
    for (const action of readers) action(attacks)
  }
  const source = listen({
    attack(attack) {
      if (gathered.size >= gathered_max && !gathered.has(attack.id)) return
      gathered.set(attack.id, attack)
      timer ??= setTimeout(tell, pause_ms)
    },
    traffic: (traffic) => change({ ...state, traffic }),
    alive(is_alive) {
      if (is_alive) change({ status: 'live', ...(state.traffic ? { traffic: state.traffic } : {}) })
      else if (state.status !== 'lost') change({ status: 'lost', lost_at: now() })
    },
  })
  return {
    state: () => state,
    subscribe: (action) => joined(watchers, action),
    onAttacks: (action) => joined(readers, action),
    [Symbol.dispose]() {
      clearTimeout(timer)
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
