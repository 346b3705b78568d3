/**
 * Edge workers by generation: a worker that dies is replaced at once, a reload starts a new generation and lets the
 * old one finish. The primary keeps the listening sockets, so a queued connection outlives any worker.
 */
import cluster, { type Worker } from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { availableParallelism, setPriority } from 'node:os'
import type { World } from '#base/service.ts'
import type { SystemEvent } from '#model/event.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { NodeStatus } from '#model/node.ts'
import type { WorkerReport } from '#services/edge/report.ts'
import { supervisorFaults } from '../faults.ts'
import type { Settings } from '../settings.ts'
import { childEnvironment } from './child-environment.ts'
import { closeLostHandoffs } from './handoffs.ts'
import {
  type FromWorker,
  noPolicy,
  type PolicyFacts,
  type PolicyRef,
  type ToWorker,
} from './messages.ts'
import { respawnDelay_ms } from './respawn.ts'
import { type Member, swap } from './swap.ts'

type Slot = {
  readonly worker: Worker
  readonly member: Member
  readonly worker_id: string
  readonly index: number
  readonly generation: number
  readonly restarts: number
  readonly ready: Promise<void>
  state: 'starting' | 'ready' | 'draining'
  facts: PolicyFacts | undefined
  rss_bytes: number
  ready_at: number
  heard_at: number
}

export type WorkerPoolEvents = {
  readonly onReport: (worker_id: string, report: WorkerReport) => void
  readonly onNudge: () => void
  readonly onGone: (worker_id: string) => void
  readonly onEvent: (event: SystemEvent) => void
  /** Of the lists as they lie on the shelf; 0 when some of what holds is not there. */
  readonly listsOnShelf: () => number
}

export type WorkerPool = {
  /** Starts a generation with these settings and drains the one before; throws when the new one cannot start. */
  roll(settings: Settings): Promise<void>
  /** All workers make the policy ready. @throws what one of them refused it with; all keep the old one */
  prepare(policy: PolicyRef): Promise<void>
  /** What they prepared counts, in all of them. */
  activate(policy: PolicyRef): Promise<void>
  /** What counts; null before the first. */
  readonly policy: PolicyRef | null
  /** Workers that start from now on begin with this; those that are there are not told. */
  startWith(policy: PolicyRef | null): void
  /** All entries of all lists, as they are from now on. */
  setLists(entries: readonly ListEntry[]): void
  /** What came, and ids of what went. */
  changeLists(entries: readonly ListEntry[], removed: readonly string[]): void
  /** Lets every worker finish, at most `limit_ms` long, then ends them. */
  drain(limit_ms: number): Promise<void>
  states(): NodeStatus['workers']
  facts(): PolicyFacts & { readonly applied_at_ms: number }
}

/** A worker that has not reported for this long is stuck in an endless task and is replaced. */
const stalled_after_ms = 20_000
/** A start that takes longer hangs: it would hold up reload and stop. */
const start_within_ms = 60_000
/** WebSockets and event streams of a replaced generation may live on for this long. */
const old_generation_ms = 3_600_000

/** Entries in one message: a million of them must not be one text. */
const entries_per_message = 2000

export function workerPool(
  world: World,
  first: PolicyRef | null,
  events: WorkerPoolEvents,
): WorkerPool {
  const { clock, log } = world
  const slots = new Set<Slot>()
  let generation = 0
  let stopping = false
  let applied = { ...noPolicy, applied_at_ms: 0 }
  let listed = new Map<string, ListEntry>()
  const policies = swap(clock, first)
  policies.onActivated((facts) => {
    if (facts.bundle !== applied.bundle) applied = { ...facts, applied_at_ms: clock.now() }
  })

  function spawn(settings: Settings, of: number, index: number, restarts: number): Slot {
    const worker = cluster.fork(childEnvironment('edge', settings.state_dir))
    closeLostHandoffs(worker)
    const worker_id = randomUUID()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => {})
    const send = (message: ToWorker): void => {
      // One that is just going may have closed its pipe: it is replaced anyway.
      if (worker.isConnected()) worker.send(message, () => {})
    }
    const member: Member = {
      index,
      is_awaited: () => slot.state !== 'draining' && !worker.isDead(),
      send,
      kill: () => void worker.process.kill('SIGKILL'),
    }
    const slot: Slot = {
      worker,
      member,
      worker_id,
      index,
      generation: of,
      restarts,
      ready: promise,
      state: 'starting',
      facts: undefined,
      rss_bytes: 0,
      ready_at: 0,
      heard_at: clock.elapsed(),
    }
    slots.add(slot)
    worker.on('message', (message: FromWorker) => hear(slot, message, resolve, reject))
    worker.on('error', (error) => log.trouble('worker.pipe_failed', error, { index }))
    worker.once('exit', (code, signal) => {
      slots.delete(slot)
      policies.leave(member)
      events.onGone(worker_id)
      reject(supervisorFaults.worker_died({ index, how: signal ?? `exit ${code}` }))
      if (!stopping && slot.state === 'ready') replace(slot, settings, signal ?? `exit ${code}`)
    })
    // Whoever takes a dead worker's place must not queue behind the traffic that the others now carry alone.
    if (restarts > 0) prioritise(worker, -10)
    // A million entries for each of many workers would be seconds in which nobody hears the supervisor.
    const lists_revision = events.listsOnShelf()
    send({ kind: 'start', settings, worker_id, policy: policies.current, lists_revision })
    if (lists_revision === 0) tellLists(member, [...listed.values()], [])
    policies.join(member)
    return slot
  }

  function hear(slot: Slot, message: FromWorker, resolve: () => void, reject: (e: Error) => void) {
    slot.heard_at = clock.elapsed()
    if (message.kind === 'report') {
      slot.rss_bytes = message.report.rss_bytes
      events.onReport(slot.worker_id, message.report)
    } else if (message.kind === 'nudge') events.onNudge()
    else if (message.kind === 'failed') reject(supervisorFaults.worker_refused(message))
    else if (message.kind === 'event') events.onEvent(message.event)
    else if (message.kind === 'lists_missing') tellLists(slot.member, [...listed.values()], [])
    else if (message.kind === 'rates') {
      for (const other of slots) if (other !== slot) other.member.send(message)
    } else if (message.kind !== 'ready') {
      if (message.kind === 'activated') slot.facts = message.facts
      policies.hear(slot.member, message)
    } else {
      // One that was told to end while it started stays so.
      if (slot.state === 'starting') slot.state = 'ready'
      if (slot.restarts > 0) prioritise(slot.worker, 0)
      slot.facts = message.facts
      slot.ready_at = clock.elapsed()
      resolve()
    }
  }

  /** A worker of the generation in force died: a new one takes its place, at once unless it keeps dying. */
  function replace(dead: Slot, settings: Settings, how: string): void {
    const restarts = dead.restarts + 1
    const lived_ms = clock.elapsed() - dead.ready_at
    const wait_ms = respawnDelay_ms(lived_ms, restarts)
    const fault = supervisorFaults.worker_died({ index: dead.index, how })
    log.trouble('worker.died', fault, { pid: dead.worker.process.pid, restarts, wait_ms })
    const start = () => {
      if (stopping || dead.generation !== generation) return
      const slot = spawn(settings, dead.generation, dead.index, restarts)
      slot.ready.then(
        () => log.event('worker.replaced', { index: slot.index, pid: slot.worker.process.pid }),
        (error) => {
          if (stopping || slot.generation !== generation) return
          log.trouble('worker.not_replaced', error, { index: slot.index })
          clock.after(respawnDelay_ms(0, restarts + 1), start)
        },
      )
    }
    if (wait_ms === 0) start()
    else clock.after(wait_ms, start)
  }

  function tellLists(member: Member, entries: readonly ListEntry[], removed: readonly string[]) {
    const count = Math.max(entries.length, removed.length)
    for (let at = 0; at < count; at += entries_per_message) {
      const end = at + entries_per_message
      member.send({
        kind: 'lists',
        entries: entries.slice(at, end),
        removed: removed.slice(at, end),
      })
    }
  }

  async function end(slot: Slot, limit_ms: number): Promise<void> {
    if (slot.worker.isDead()) return
    slot.state = 'draining'
    const gone = new Promise<void>((resolve) => slot.worker.once('exit', () => resolve()))
    slot.member.send({ kind: 'drain', limit_ms })
    const patience = clock.after(limit_ms + 2000, () => slot.worker.process.kill('SIGKILL'))
    await gone
    patience[Symbol.dispose]()
  }

  clock.every(1000, () => {
    for (const slot of slots) {
      const silent_ms = clock.elapsed() - slot.heard_at
      const { index } = slot
      if (slot.state === 'ready' && silent_ms > stalled_after_ms) {
        log.trouble('worker.stalled', supervisorFaults.worker_stalled({ index }))
      } else if (slot.state === 'starting' && silent_ms > start_within_ms) {
        log.trouble('worker.hung', supervisorFaults.worker_hung({ index }))
      } else continue
      slot.worker.process.kill('SIGKILL')
    }
  })

  return {
    async roll(settings) {
      const count =
        settings.edge.workers === 'auto'
          ? Math.max(2, availableParallelism())
          : settings.edge.workers
      const old = [...slots]
      const next = generation + 1
      const fresh = Array.from({ length: count }, (_, index) => spawn(settings, next, index, 0))
      try {
        await Promise.all(fresh.map((slot) => slot.ready))
      } catch (error) {
        for (const slot of fresh) slot.state = 'draining'
        for (const slot of fresh) slot.worker.process.kill('SIGKILL')
        throw error
      }
      generation = next
      const facts = fresh[0]?.facts
      if (facts) applied = { ...facts, applied_at_ms: clock.now() }
      for (const slot of old) void end(slot, old_generation_ms)
      // One that was ready and died before the others were: nobody has taken its place yet.
      for (const slot of fresh)
        if (!slots.has(slot)) replace(slot, settings, 'while the others started')
    },
    prepare: (policy) => policies.prepare(policy),
    activate: (policy) => policies.activate(policy),
    get policy() {
      return policies.current
    },
    startWith: (policy) => policies.startWith(policy),
    setLists(entries) {
      const next = new Map(entries.map((entry) => [entry.id, entry]))
      const fresh = entries.filter((entry) => !isSame(listed.get(entry.id), entry))
      const removed = [...listed.keys()].filter((id) => !next.has(id))
      listed = next
      for (const { member } of slots) tellLists(member, fresh, removed)
    },
    changeLists(entries, removed) {
      for (const id of removed) listed.delete(id)
      for (const entry of entries) listed.set(entry.id, entry)
      for (const { member } of slots) tellLists(member, entries, removed)
    },
    async drain(limit_ms) {
      stopping = true
      await Promise.all([...slots].map((slot) => end(slot, limit_ms)))
    },
    states: () =>
      [...slots].map((slot) => ({
        pid: slot.worker.process.pid ?? 0,
        index: slot.index,
        state: slot.state,
        rss_bytes: slot.rss_bytes,
        restarts: slot.restarts,
        bundle: slot.facts?.bundle ?? '',
      })),
    facts: () => applied,
  }
}

function isSame(a: ListEntry | undefined, b: ListEntry): boolean {
  if (a === b) return true
  if (a === undefined) return false
  for (const key of Object.keys(b) as (keyof ListEntry)[]) if (a[key] !== b[key]) return false
  return true
}

/** Only root may raise a priority: without it a start takes its turn like any other process. */
function prioritise(worker: Worker, nice: number): void {
  const { pid } = worker.process
  if (pid === undefined) return
  try {
    setPriority(pid, nice)
  } catch {
    // EPERM, or it is gone.
  }
}
