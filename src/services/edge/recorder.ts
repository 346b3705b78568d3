/** Hits into the spool: synchronously, so that no client hears of an attack that is not on disk. */
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Hit } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { RecordedRequest } from '#model/replay.ts'
import { edgeFaults } from './faults.ts'

/** What we need of a spool (parts/spool). */
export type Keep = { append(record: string): boolean; readonly size_bytes: number }

export type RecorderOptions = {
  /** 0: none. */
  readonly samples_per_s: number
  readonly spool_bytes_max: number
}

export type Recorder = {
  /** Appends each hit; what the spool does not take is counted as lost. */
  keep(hits: readonly Hit[]): void
  /**
   * At most so many refusals a second for each client are recorded; the others are only counted.
   */
  mayRecordRefusal(client: string): boolean
  /** Whether the request at hand is to be kept for replay; asked once for each that could be. */
  maySample(): boolean
  /** Not a loss when the spool does not take it. */
  keepSample(recorded: RecordedRequest): void
  readonly lost: number
  readonly unrecorded: number
  /** Hits by `type/action`. */
  readonly counts: Readonly<Record<string, number>>
}

/** Refusals recorded for one client in one second, and for all clients together. */
const refusalsPerClient = 5
const refusalsPerSecond = 200
const nudge_ms = 50
/** No sooner than this is a full spool told of again. */
const alarm_ms = 10_000

export function recorder(
  spool: Keep,
  options: RecorderOptions,
  nudge: () => void,
  clock: Clock,
  log: Log,
): Recorder {
  let sampled_at = Number.NEGATIVE_INFINITY
  const counts: Record<string, number> = {}
  let lost = 0
  let unrecorded = 0
  let alarmed_at = Number.NEGATIVE_INFINITY
  let second = -1
  let in_second = 0
  let recorded = new Map<string, number>()
  let resting: Disposable | undefined
  let is_due = false
  /**
   * At once, then at most every `nudge_ms`: a flood of hits must not become a flood of messages.
   */
  const tell = (): void => {
    is_due = resting !== undefined
    if (is_due) return
    nudge()
    resting = clock.after(nudge_ms, () => {
      resting = undefined
      if (is_due) tell()
    })
  }
  return {
    keep(hits) {
      const lost_before = lost
      for (const hit of hits) {
        const key = `${hit.attack_type}/${hit.action}`
        counts[key] = (counts[key] ?? 0) + 1
        const line: IntakeRecord = { kind: 'hit', hit }
        if (!spool.append(JSON.stringify(line))) lost++
      }
      if (lost > lost_before && clock.elapsed() - alarmed_at > alarm_ms) {
        alarmed_at = clock.elapsed()
        log.trouble('edge.records_lost', edgeFaults.spool_refused({ lost }))
      }
      if (hits.length > 0) tell()
    },
    mayRecordRefusal(client) {
      const now = Math.floor(clock.elapsed() / 1000)
      if (now !== second) {
        second = now
        in_second = 0
        recorded = new Map()
      }
      const mine = recorded.get(client) ?? 0
      if (mine >= refusalsPerClient || in_second >= refusalsPerSecond) {
        unrecorded++
        return false
      }
      recorded.set(client, mine + 1)
      in_second++
      return true
    },
    maySample() {
      const now = clock.elapsed()
      const { samples_per_s } = options
      if (samples_per_s === 0 || now - sampled_at < 1000 / samples_per_s) return false
      sampled_at = now
      // Attacks come first: while analytics is away, half of the room is theirs alone.
      return spool.size_bytes < options.spool_bytes_max / 2
    },
    keepSample(recorded) {
      const line: IntakeRecord = { kind: 'request', recorded }
      if (spool.append(JSON.stringify(line))) tell()
    },
    get lost() {
      return lost
    },
    get unrecorded() {
      return unrecorded
    },
    counts,
  }
}
