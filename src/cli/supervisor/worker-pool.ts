/**
 * Edge workers by generation: a worker that dies is replaced at once, a reload starts a new generation and lets the
 * old one finish. The primary keeps the listening sockets, so a queued connection outlives any worker.
 */
import cluster, { type Worker } from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { availableParallelism, setPriority } from 'node:os'
import type { World } from '#base/service.ts'
import type { NodeStatus } from '#model/node.ts'
import type { WorkerReport } from '#services/edge/report.ts'
import { supervisorFaults } from '../faults.ts'
import type { Settings } from '../settings.ts'
import { childEnvironment } from './child-environment.ts'
import type { FromWorker, PolicyFacts, ToWorker } from './messages.ts'
import { respawnDelay_ms } from './respawn.ts'

type Slot = {
  readonly worker: Worker
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
}

export type WorkerPool = {
  /** Starts a generation with these settings and drains the one before; throws when the new one cannot start. */
  roll(settings: Settings): Promise<void>
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

export function workerPool(world: World, events: WorkerPoolEvents): WorkerPool {
  const { clock, log } = world
  const slots = new Set<Slot>()
  let generation = 0
  let stopping = false
  let applied = { bundle: '', rule_set: '', rules: 0, applied_at_ms: 0 }

  function spawn(settings: Settings, of: number, index: number, restarts: number): Slot {
    const worker = cluster.fork(childEnvironment('edge', settings.state_dir))
    const worker_id = randomUUID()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => {})
    const slot: Slot = {
      worker,
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
      events.onGone(worker_id)
      reject(supervisorFaults.worker_died({ index, how: signal ?? `exit ${code}` }))
      if (!stopping && slot.state === 'ready') replace(slot, settings, signal ?? `exit ${code}`)
    })
    // Whoever takes a dead worker's place must not queue behind the traffic that the others now carry alone.
    if (restarts > 0) prioritise(worker, -10)
    worker.send({ kind: 'start', settings, worker_id } satisfies ToWorker)
    return slot
  }

  function hear(slot: Slot, message: FromWorker, resolve: () => void, reject: (e: Error) => void) {
    slot.heard_at = clock.elapsed()
    if (message.kind === 'report') {
      slot.rss_bytes = message.report.rss_bytes
      events.onReport(slot.worker_id, message.report)
    } else if (message.kind === 'nudge') events.onNudge()
    else if (message.kind === 'failed') reject(supervisorFaults.worker_refused(message))
    else {
      slot.state = 'ready'
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

  async function end(slot: Slot, limit_ms: number): Promise<void> {
    if (slot.worker.isDead()) return
    slot.state = 'draining'
    const gone = new Promise<void>((resolve) => slot.worker.once('exit', () => resolve()))
    slot.worker.send({ kind: 'drain', limit_ms } satisfies ToWorker, () => {})
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
