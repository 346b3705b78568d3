/**
 * The courier: carries records from every spool of this node to analytics, oldest first, and
 * forgets only what analytics says it has stored. While analytics is away everything waits.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import { IntakeAnswer, type IntakeBatch } from '#model/intake.ts'
import type { Poster } from '#parts/http/post-json.ts'
import { openSpoolReader, type SpoolReader } from '#parts/spool/reader.ts'
import { edgeFaults } from '../faults.ts'

export type Courier = Disposable & {
  /** There may be something to carry. */
  nudge(): void
  /** The writer of this spool is gone for good: remove it once it is empty. */
  onWriterGone(name: string): void
  /** Carries until nothing waits, or `limit_ms` have passed. */
  flush(limit_ms: number): Promise<void>
  /** Records that wait, in all spools. */
  depth(): number
  /** Records that analytics could not read, or that were damaged on disk. */
  readonly lost: number
  readonly is_reachable: boolean
}

export type CourierOptions = {
  readonly node: string
  readonly version: string
  readonly spool_root: string
  /** Where analytics listens, for messages. */
  readonly url: string
  /** The one spool in there that stays. */
  readonly mine: string
}

const batch = { count: 500, bytes: 4 * 1024 * 1024 }
const pause_min_ms = 200
const pause_max_ms = 5000

export function courier(options: CourierOptions, poster: Poster, clock: Clock, log: Log): Courier {
  const readers = new Map<string, SpoolReader>()
  /** Spools that were here before us have no writer any more. */
  const orphans = new Set(namesIn(options.spool_root).filter((name) => name !== options.mine))
  let lost = 0
  let is_reachable = true
  let is_closed = false
  let pause_ms = 0
  let under_way: Promise<void> | undefined
  let is_wanted = false

  const readerOf = (name: string): SpoolReader => {
    const known = readers.get(name)
    if (known !== undefined) return known
    const opened = openSpoolReader(join(options.spool_root, name))
    readers.set(name, opened)
    return opened
  }

  /** True when something was carried. */
  const carryOne = async (name: string): Promise<boolean> => {
    const reader = readerOf(name)
    const { records, upto, skipped_bytes } = reader.read(batch)
    if (skipped_bytes > 0) lost++
    if (records.length === 0) {
      if (skipped_bytes > 0) reader.ack(upto)
      else if (orphans.has(name) && reader.depth === 0) remove(name)
      return false
    }
    const answer = await poster.post('/v1/records', bodyOf(options, records))
    if (answer.status !== 200) throw new Error(`it answers ${answer.status}`)
    const { rejected } = IntakeAnswer.parse(JSON.parse(answer.text))
    lost += rejected.length
    if (rejected.length > 0) log.event('edge.records_rejected', { count: rejected.length })
    reader.ack(upto)
    return true
  }

  const remove = (name: string): void => {
    readers.get(name)?.[Symbol.dispose]()
    readers.delete(name)
    orphans.delete(name)
    rmSync(join(options.spool_root, name), { recursive: true, force: true })
  }

  /** One round after another until nobody had anything. */
  const carryAll = async (): Promise<void> => {
    try {
      let has_more = true
      while (has_more && !is_closed) {
        has_more = false
        is_wanted = false
        for (const name of namesIn(options.spool_root)) if (await carryOne(name)) has_more = true
        has_more ||= is_wanted
      }
      if (!is_reachable) log.event('edge.delivery_resumed', { url: options.url })
      is_reachable = true
      pause_ms = 0
    } catch (cause) {
      const state = cause instanceof Error ? cause.message : String(cause)
      if (is_reachable)
        log.trouble(
          'edge.delivery_stopped',
          edgeFaults.cannot_deliver({ url: options.url, state }, { cause }),
        )
      is_reachable = false
      pause_ms = Math.min(pause_max_ms, Math.max(pause_min_ms, pause_ms * 2))
    }
  }

  let resting: Disposable | undefined
  const start = (): void => {
    if (is_closed) return
    is_wanted = true
    if (under_way !== undefined || resting !== undefined) return
    under_way = carryAll().then(() => {
      under_way = undefined
      if (is_reachable || is_closed) return
      resting = clock.after(pause_ms, () => {
        resting = undefined
        start()
      })
    })
  }
  // A nudge may get lost with the worker that sent it.
  const rounds = clock.every(1000, start)
  start()

  return {
    nudge: start,
    onWriterGone(name) {
      orphans.add(name)
      start()
    },
    async flush(limit_ms) {
      resting?.[Symbol.dispose]()
      resting = undefined
      start()
      const { promise, resolve } = Promise.withResolvers<void>()
      using _limit = clock.after(limit_ms, resolve)
      await Promise.race([under_way, promise])
    },
    depth: () => namesIn(options.spool_root).reduce((sum, name) => sum + readerOf(name).depth, 0),
    get lost() {
      return lost
    },
    get is_reachable() {
      return is_reachable
    },
    [Symbol.dispose]() {
      is_closed = true
      rounds[Symbol.dispose]()
      resting?.[Symbol.dispose]()
      for (const reader of readers.values()) reader[Symbol.dispose]()
    },
  }
}

/** Records are JSON already: they are put together as text, not parsed and written again. */
function bodyOf(options: CourierOptions, records: readonly string[]): string {
  const envelope: IntakeBatch = { node: options.node, version: options.version, records: [] }
  return `${JSON.stringify(envelope).slice(0, -2)}${records.join(',')}]}`
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    return []
  }
}
