/**
 * The live stream: one reader of the database feeds all listeners, and reads only while there are any.
 * A listener that does not keep up is let go; it comes back with `Last-Event-ID` and gets what it missed.
 */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { RolloutView } from '#model/draft.ts'
import type { LiveTopic, LiveTraffic } from '#model/live.ts'
import type { NodeView } from '#model/node-view.ts'
import { policyFaults } from '../faults.ts'
import {
  idOf,
  message,
  messages,
  type NumberedSource,
  type NumberedTopic,
  type Places,
} from './numbered.ts'

/** What the feed reads. */
export type FeedSource = {
  readonly attack: NumberedSource
  readonly event: NumberedSource
  traffic(): Promise<LiveTraffic>
  /** As they are now; told when they are others than before. */
  nodes(): Promise<readonly NodeView[]>
  rollout(): Promise<RolloutView | null>
}

export type Subscription = {
  readonly topics: ReadonlySet<LiveTopic>
  /** What the listener has seen before it was cut off. */
  readonly last: Places | undefined
  /** Asked with every heartbeat; false ends the stream (the session is over), and so do 60 s without an answer. */
  readonly isAllowed: () => Promise<boolean>
  readonly signal: AbortSignal
  /** Cuts the connection of a listener that does not read. */
  readonly hangUp: () => void
}

export type Feed = Disposable & {
  /** Text in the event stream format. Throws `policy.too_many_listeners` at once, never later. */
  subscribe(subscription: Subscription): AsyncIterable<string>
  readonly listeners: number
}

const poll_ms = 500
/** Every how many polls the traffic is told: 2 s, as often as nodes count it. */
const traffic_every = 4
const heartbeat_ms = 15_000
/** So long a stream goes on while nobody can say whether its session is over: the database is away. */
const unasked_max_ms = 60_000
const listeners_max = 100
/** Most attacks told in one poll. */
const batch_max = 200
/** Changes that are told again after a break; after a longer one a listener reads its lists again anyway. */
const missed_max = 1_000
/** What may wait for one slow listener, characters: some batches of the longest attacks. */
const queue_max = 4 * 1024 * 1024

type Listener = {
  readonly subscription: Subscription
  /** It has seen everything up to these; what is left out has been caught up with. */
  missed: Partial<Record<NumberedTopic, number>>
  /** What it was last told of `nodes` and `rollout`. */
  readonly told: Map<LiveTopic, string>
  /** When its session was last known to hold, on the clock that never jumps. */
  allowed_at_ms: number
  queue: string[]
  queued: number
  is_over: boolean
  wake: () => void
}

export function feed(source: FeedSource, world: World): Feed {
  const { clock, log, metrics } = world
  const listeners = new Set<Listener>()
  const gauge = metrics.gauge('live_listeners', 'Open live streams')
  const dropped = metrics.counter('live_listeners_dropped_total', 'Live streams that were too slow')
  let timers: Disposable[] = []
  let places: Partial<Record<NumberedTopic, number>> = {}
  let polls = 0
  let is_polling = false

  function tell(topic: LiveTopic | undefined, text: string): void {
    for (const listener of listeners) {
      if (topic === undefined || listener.subscription.topics.has(topic)) push(listener, text)
    }
  }

  function push(listener: Listener, text: string): void {
    listener.queue.push(text)
    listener.queued += text.length
    if (listener.queued > queue_max) {
      dropped.add()
      end(listener)
      listener.subscription.hangUp()
    }
    listener.wake()
  }

  function end(listener: Listener): void {
    listener.is_over = true
    listener.queue = []
    if (!listeners.delete(listener)) return
    gauge.set(listeners.size)
    listener.wake()
    if (listeners.size > 0) return
    for (const timer of timers) timer[Symbol.dispose]()
    timers = []
    places = {}
  }

  function isWanted(topic: LiveTopic): boolean {
    return [...listeners].some((listener) => listener.subscription.topics.has(topic))
  }

  async function poll(): Promise<void> {
    if (is_polling) return
    is_polling = true
    try {
      for (const topic of ['attack', 'event'] as const) {
        if (isWanted(topic)) await pollNumbered(topic)
        else delete places[topic]
      }
      if (polls++ % traffic_every === 0 && isWanted('traffic')) {
        tell('traffic', message('traffic', await source.traffic()))
      }
      if (isWanted('rollout')) tellState('rollout', await source.rollout())
      if (isWanted('nodes')) tellState('nodes', await source.nodes())
    } catch (error) {
      // The database is away: listeners keep their place, heartbeats go on.
      if (!(error instanceof Fault)) throw error
      log.detail('live.poll_failed', { code: error.code })
    } finally {
      is_polling = false
    }
  }

  async function pollNumbered(topic: NumberedTopic): Promise<void> {
    // Fixed before anything is read for those who come back: what changes from here on is told to all.
    const from = places[topic] ?? (await source[topic].latest())
    places[topic] = from
    for (const listener of listeners) await catchUp(listener, topic, from)
    const { number, items } = await source[topic].since(from, batch_max)
    // The last listener may have left meanwhile; the next one starts afresh.
    if (listeners.size > 0) places[topic] = number
    if (items.length > 0) tell(topic, messages(topic, items, idOf(places)))
  }

  async function catchUp(listener: Listener, topic: NumberedTopic, up_to: number): Promise<void> {
    const { missed, queued, subscription } = listener
    const since = missed[topic]
    if (since === undefined || !subscription.topics.has(topic)) return
    if (queued > queue_max / 4) return
    const found = await source[topic].since(Math.max(since, up_to - missed_max), batch_max)
    if (found.items.length < batch_max) delete missed[topic]
    else missed[topic] = found.number
    if (found.items.length === 0) return
    const seen = { ...places, ...missed, [topic]: found.number }
    push(listener, messages(topic, found.items, idOf(seen)))
  }

  function tellState(topic: 'nodes' | 'rollout', state: unknown): void {
    if (state === null) return
    const text = message(topic, state)
    for (const listener of listeners) {
      if (!listener.subscription.topics.has(topic) || listener.told.get(topic) === text) continue
      listener.told.set(topic, text)
      push(listener, text)
    }
  }

  async function heartbeat(): Promise<void> {
    await Promise.all(
      [...listeners].map(async (listener) => {
        if (clock.elapsed() - listener.allowed_at_ms >= unasked_max_ms) return end(listener)
        push(listener, ': still here\n\n')
        try {
          if (!(await listener.subscription.isAllowed())) return end(listener)
          listener.allowed_at_ms = clock.elapsed()
        } catch (error) {
          // Not known is not over, for a while.
          if (!(error instanceof Fault)) throw error
        }
      }),
    )
  }

  async function* read(listener: Listener): AsyncGenerator<string> {
    const { signal } = listener.subscription
    const hangUp = () => end(listener)
    signal.addEventListener('abort', hangUp)
    if (signal.aborted) hangUp()
    try {
      yield 'retry: 2000\n\n'
      while (!listener.is_over) {
        if (listener.queue.length === 0) {
          await new Promise<void>((resolve) => {
            listener.wake = resolve
          })
        }
        const text = listener.queue.join('')
        listener.queue = []
        listener.queued = 0
        if (text !== '') yield text
      }
    } finally {
      signal.removeEventListener('abort', hangUp)
      end(listener)
    }
  }

  return {
    subscribe(subscription) {
      if (listeners.size >= listeners_max) {
        throw policyFaults.too_many_listeners({ listeners: listeners.size, retry_after_s: 10 })
      }
      const listener: Listener = {
        subscription,
        missed: { ...subscription.last },
        told: new Map(),
        allowed_at_ms: clock.elapsed(),
        queue: [],
        queued: 0,
        is_over: false,
        wake: () => {},
      }
      listeners.add(listener)
      gauge.set(listeners.size)
      if (listeners.size === 1) {
        polls = 0
        timers = [
          clock.every(poll_ms, () => void poll()),
          clock.every(heartbeat_ms, () => void heartbeat()),
        ]
        void poll()
      }
      return read(listener)
    },
    get listeners() {
      return listeners.size
    },
    [Symbol.dispose]() {
      for (const listener of listeners) end(listener)
    },
  }
}
