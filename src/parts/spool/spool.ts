/**
 * ★ A bounded queue on disk. The writer appends before it answers; another process reads, delivers and acknowledges.
 * What `append` accepted survives the death of the writer at any instant (not a loss of power within the last
 * seconds: only finished segments are forced to disk). What is full refuses the newest, never the oldest.
 */
import { ftruncateSync, mkdirSync, statSync, writeSync } from 'node:fs'
import { messageOf } from '#base/fault.ts'
import { spoolFaults } from './faults.ts'
import { frameOf } from './frame.ts'
import {
  closeDurably,
  openForAppend,
  pieces,
  readAcked,
  readSegment,
  segmentPath,
  segmentsIn,
} from './segments.ts'

export type SpoolOptions = {
  /** Of all segments together. */
  readonly size_bytes_max: number
  /** A segment that has grown to this is finished; what is delivered is freed by whole segments. */
  readonly segment_bytes?: number
}

export type Spool = Disposable & {
  /** False when the record is not kept: the spool is full, the disk is full or broken, or it is over 4 MiB. */
  append(record: Buffer | string): boolean
  /** Bytes on disk. */
  readonly size_bytes: number
  /** Records that wait for delivery. */
  readonly depth: number
}

type Segment = { readonly fd: number; readonly first: number; size_bytes: number; records: number }

/**
 * Opens the spool in `dir` for its one writer, making it when there is none; cuts off what a writer that died left
 * half-written. Synchronous, like everything here: a record is on its way to the disk before the answer is.
 * @throws spool.unusable
 */
export function openSpool(dir: string, options: SpoolOptions): Spool {
  const { size_bytes_max } = options
  const segment_bytes =
    options.segment_bytes ?? Math.min(2 * 1024 ** 2, Math.ceil(size_bytes_max / 8))
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    return new DiskSpool(dir, size_bytes_max, segment_bytes)
  } catch (cause) {
    throw spoolFaults.unusable({ dir, why: messageOf(cause) }, { cause })
  }
}

class DiskSpool implements Spool {
  readonly #dir: string
  readonly #size_bytes_max: number
  readonly #segment_bytes: number
  #current: Segment | undefined
  /** Sizes of finished segments; the reader deletes them behind our back. */
  readonly #finished = new Map<number, number>()
  #finished_bytes = 0
  /** Number of the next record. */
  #sequence: number

  constructor(dir: string, size_bytes_max: number, segment_bytes: number) {
    this.#dir = dir
    this.#size_bytes_max = size_bytes_max
    this.#segment_bytes = segment_bytes
    this.#sequence = readAcked(dir).sequence
    const segments = segmentsIn(dir)
    for (const first of segments.slice(0, -1)) {
      const stats = statSync(segmentPath(dir, first), { throwIfNoEntry: false })
      this.#finished.set(first, stats?.size ?? 0)
    }
    const last = segments.at(-1)
    if (last !== undefined) this.#resume(last)
    this.#forgetDeleted()
  }

  get size_bytes(): number {
    this.#forgetDeleted()
    return this.#size()
  }

  get depth(): number {
    return Math.max(0, this.#sequence - readAcked(this.#dir).sequence)
  }

  append(record: Buffer | string): boolean {
    const frame = frameOf(record)
    if (!frame) return false
    try {
      if (this.#size() + frame.length > this.#size_bytes_max) {
        this.#forgetDeleted()
        if (this.#size() + frame.length > this.#size_bytes_max) return false
      }
      if (!this.#write(this.#segmentFor(), frame)) return false
      this.#sequence += 1
      return true
    } catch {
      return false
    }
  }

  [Symbol.dispose](): void {
    this.#finish()
  }

  #size(): number {
    return this.#finished_bytes + (this.#current?.size_bytes ?? 0)
  }

  /** Counts whole records of the newest segment and cuts off a torn one. */
  #resume(first: number): void {
    const bytes = readSegment(this.#dir, first, 0) ?? Buffer.alloc(0)
    let records = 0
    let size_bytes = 0
    for (const piece of pieces(bytes, 0, false)) {
      if (piece.kind === 'record') records += 1
      size_bytes = piece.end
    }
    const fd = openForAppend(this.#dir, first)
    if (size_bytes < bytes.length) ftruncateSync(fd, size_bytes)
    this.#current = { fd, first, size_bytes, records }
    this.#sequence = first + records
  }

  #segmentFor(): Segment {
    if (this.#current && this.#current.size_bytes >= this.#segment_bytes) this.#finish()
    this.#current ??= {
      fd: openForAppend(this.#dir, this.#sequence),
      first: this.#sequence,
      size_bytes: 0,
      records: 0,
    }
    return this.#current
  }

  #finish(): void {
    if (!this.#current) return
    const { first, size_bytes, fd } = this.#current
    this.#finished.set(first, size_bytes)
    this.#finished_bytes += size_bytes
    this.#current = undefined
    closeDurably(fd)
  }

  /** All of it or nothing: what a full disk cut short is taken back. */
  #write(segment: Segment, frame: Buffer): boolean {
    try {
      if (writeSync(segment.fd, frame) === frame.length) {
        segment.size_bytes += frame.length
        segment.records += 1
        return true
      }
    } catch {
      // Told to the caller as false, like a write that came short.
    }
    try {
      ftruncateSync(segment.fd, segment.size_bytes)
    } catch {
      // What cannot be cut off stays as a gap, which readers skip. It ends the segment, unless nothing else is in it:
      // the next segment would have the same name.
      if (segment.records > 0) this.#finish()
    }
    return false
  }

  #forgetDeleted(): void {
    const there = new Set(segmentsIn(this.#dir))
    for (const first of this.#finished.keys()) if (!there.has(first)) this.#finished.delete(first)
    this.#finished_bytes = this.#finished.values().reduce((sum, size) => sum + size, 0)
  }
}
