/**
 * The courier: carries records from every spool of this node to analytics, oldest first, and
 * forgets only what analytics says it has stored. While analytics is away everything waits.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import type { Log } from '#base/log.ts'
import { IntakeAnswer, type IntakeBatch } from '#model/intake.ts'
import { openSpoolReader, type SpoolReader } from '#parts/spool/reader.ts'
import { edgeFaults } from '../faults.ts'
import type { Delivery } from './delivery.ts'

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
  /** Why nothing is taken at the moment. */
  readonly trouble: string | undefined
}

export type CourierOptions = {
  readonly node: string
  readonly version: string
  readonly spool_root: string
  /** The spools in there that stay. */
  readonly mine: readonly string[]
}

const batch = { count: 500, bytes: 4 * 1024 * 1024 }
/** Analytics on the same machine takes so long to start. */
const patience_ms = 20_000
const pause_min_ms = 200
const pause_max_ms = 5000

export function courier(
  options: CourierOptions,
  delivery: Delivery,
  clock: Clock,
  log: Log,
): Courier {
  return new SpoolCourier(options, delivery, clock, log)
}

class SpoolCourier implements Courier {
  readonly #options: CourierOptions
  readonly #delivery: Delivery
  readonly #clock: Clock
  readonly #log: Log
  readonly #readers = new Map<string, SpoolReader>()
  /** Spools that have no writer any more, among them all that were here before us. */
  readonly #orphans: Set<string>
  readonly #rounds: Disposable
  readonly #born: number
  /** The sentence in the log that still holds. */
  #told = ''
  #was_reached = false
  #resting: Disposable | undefined
  #under_way: Promise<void> | undefined
  #pause_ms = 0
  #is_wanted = false
  #is_closed = false
  lost = 0
  is_reachable = true
  trouble: string | undefined = undefined

  constructor(options: CourierOptions, delivery: Delivery, clock: Clock, log: Log) {
    this.#options = options
    this.#delivery = delivery
    this.#clock = clock
    this.#log = log
    this.#born = clock.elapsed()
    const names = namesIn(options.spool_root)
    this.#orphans = new Set(names.filter((name) => !options.mine.includes(name)))
    // A nudge may get lost with the worker that sent it.
    this.#rounds = clock.every(1000, () => this.nudge())
    this.nudge()
  }

  nudge(): void {
    if (this.#is_closed) return
    this.#is_wanted = true
    if (this.#under_way !== undefined || this.#resting !== undefined) return
    this.#under_way = this.#carryAll().then(() => {
      this.#under_way = undefined
      if (this.is_reachable || this.#is_closed) return
      this.#resting = this.#clock.after(this.#pause_ms, () => {
        this.#resting = undefined
        this.nudge()
      })
    })
  }

  onWriterGone(name: string): void {
    this.#orphans.add(name)
    this.nudge()
  }

  async flush(limit_ms: number): Promise<void> {
    this.#resting?.[Symbol.dispose]()
    this.#resting = undefined
    this.nudge()
    const { promise, resolve } = Promise.withResolvers<void>()
    using _limit = this.#clock.after(limit_ms, resolve)
    await Promise.race([this.#under_way, promise])
  }

  depth(): number {
    return namesIn(this.#options.spool_root).reduce(
      (sum, name) => sum + this.#readerOf(name).depth,
      0,
    )
  }

  [Symbol.dispose](): void {
    this.#is_closed = true
    this.#rounds[Symbol.dispose]()
    this.#resting?.[Symbol.dispose]()
    for (const reader of this.#readers.values()) reader[Symbol.dispose]()
  }

  /** One round after another until nobody had anything. */
  async #carryAll(): Promise<void> {
    const { spool_root } = this.#options
    try {
      let has_more = true
      while (has_more && !this.#is_closed) {
        has_more = false
        this.#is_wanted = false
        for (const name of namesIn(spool_root)) if (await this.#carryOne(name)) has_more = true
        has_more ||= this.#is_wanted
      }
      if (this.#told !== '') this.#log.event('edge.delivery_resumed', { url: this.#delivery.url })
      this.#told = ''
      this.is_reachable = true
      this.trouble = undefined
      this.#pause_ms = 0
    } catch (cause) {
      const { url } = this.#delivery
      const fault =
        cause instanceof Fault
          ? cause
          : edgeFaults.cannot_deliver({ url, state: messageOf(cause) }, { cause })
      this.trouble = fault.message
      // Told once, and again when the reason is another one; not while analytics may just be starting.
      const is_early = !this.#was_reached && this.#clock.elapsed() - this.#born < patience_ms
      if (!is_early && this.#told !== fault.message) {
        this.#told = fault.message
        this.#log.trouble('edge.delivery_stopped', fault)
      }
      this.is_reachable = false
      this.#pause_ms = Math.min(pause_max_ms, Math.max(pause_min_ms, this.#pause_ms * 2))
    }
  }

  /** True when something was carried. */
  async #carryOne(name: string): Promise<boolean> {
    const reader = this.#readerOf(name)
    const { records, upto, skipped_bytes } = reader.read(batch)
    if (skipped_bytes > 0) this.lost++
    if (records.length === 0) {
      if (skipped_bytes > 0) reader.ack(upto)
      else if (this.#orphans.has(name) && reader.depth === 0) this.#remove(name)
      return false
    }
    const answer = await this.#delivery.post('/v1/records', bodyOf(this.#options, records))
    if (answer.status === 426) {
      const { version } = this.#options
      throw edgeFaults.analytics_older({ address: this.#delivery.url, version })
    }
    if (answer.status !== 200) throw new Error(`it answers ${answer.status}`)
    const { rejected } = IntakeAnswer.parse(JSON.parse(answer.text))
    this.lost += rejected.length
    if (rejected.length > 0) this.#log.event('edge.records_rejected', { count: rejected.length })
    reader.ack(upto)
    this.#was_reached = true
    return true
  }

  #readerOf(name: string): SpoolReader {
    const known = this.#readers.get(name)
    if (known !== undefined) return known
    const opened = openSpoolReader(join(this.#options.spool_root, name))
    this.#readers.set(name, opened)
    return opened
  }

  #remove(name: string): void {
    this.#readers.get(name)?.[Symbol.dispose]()
    this.#readers.delete(name)
    this.#orphans.delete(name)
    rmSync(join(this.#options.spool_root, name), { recursive: true, force: true })
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
