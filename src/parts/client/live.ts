/** The live stream in a browser: typed events over one EventSource, and whether it is alive. */
import type { Attack } from '#model/attack.ts'
import type { RolloutView } from '#model/draft.ts'
import type { SystemEvent } from '#model/event.ts'
import type { LiveTraffic } from '#model/live.ts'
import type { NodeView } from '#model/node-view.ts'
import { addressOf } from './call.ts'

export type LiveHandlers = {
  readonly attack?: (attack: Attack) => void
  readonly traffic?: (traffic: LiveTraffic) => void
  /** All nodes as they are now. */
  readonly nodes?: (nodes: readonly NodeView[]) => void
  readonly rollout?: (rollout: RolloutView) => void
  readonly event?: (event: SystemEvent) => void
  /**
   * False when the stream broke, true when it is open (again). After a short break the missed messages follow; after
   * a long one they may not, so read lists again.
   */
  readonly alive?: (is_alive: boolean) => void
}

/** How long to wait before a stream that was refused (503, 401) is tried again. */
const retry_ms = 5_000

/** Listens until disposed. */
export function listenLive(
  handlers: LiveHandlers,
  open: (path: string) => EventSource = (path) => new EventSource(path),
): Disposable {
  const topics = (['attack', 'traffic', 'nodes', 'rollout', 'event'] as const).filter(
    (topic) => handlers[topic],
  )
  const { path } = addressOf('GET /api/v1/events/stream', { query: { topics: topics.join(',') } })
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const start = () => {
    const opened = open(path)
    source = opened
    opened.addEventListener('open', () => handlers.alive?.(true))
    opened.addEventListener('error', () => {
      handlers.alive?.(false)
      // An EventSource that was answered with a status other than 200 is closed for good.
      if (opened.readyState !== 2) return
      clearTimeout(retry)
      retry = setTimeout(start, retry_ms) // not ours: a browser has no base/clock
    })
    opened.addEventListener('attack', (e) => handlers.attack?.(dataOf(e) as Attack))
    opened.addEventListener('traffic', (e) => handlers.traffic?.(dataOf(e) as LiveTraffic))
    opened.addEventListener('nodes', (e) => handlers.nodes?.(dataOf(e) as NodeView[]))
    opened.addEventListener('rollout', (e) => handlers.rollout?.(dataOf(e) as RolloutView))
    opened.addEventListener('event', (e) => handlers.event?.(dataOf(e) as SystemEvent))
  }
  start()
  return {
    [Symbol.dispose]() {
      clearTimeout(retry)
      source?.close()
    },
  }
}

function dataOf(event: Event): unknown {
  return JSON.parse('data' in event ? String(event.data) : 'null')
}
