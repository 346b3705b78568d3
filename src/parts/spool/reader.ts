/** The other end of a spool: reads what waits, in another process than the writer, and forgets what was delivered. */
import { rmSync, statSync } from 'node:fs'
import { header_bytes } from './frame.ts'
import {
  type Position,
  pieces,
  readAcked,
  readSegment,
  segmentPath,
  segmentsIn,
  writeAcked,
} from './segments.ts'

export type ReadLimits = { readonly count: number; readonly bytes: number }

export type Batch = {
  /** Oldest first; empty when nothing waits. */
  readonly records: string[]
  /** For `ack`, once all of `records` are delivered. */
  readonly upto: Position
  /** Bytes passed over because they were damaged: whatever was in them is lost. */
  readonly skipped_bytes: number
}

export type SpoolReader = Disposable & {
  /**
   * The next records that are not acknowledged, at most `count` and `bytes` of them (one at least, however long).
   * Until `ack`, the same ones come again.
   */
  read(limits: ReadLimits): Batch
  /** Never gives these again, also after a restart; frees the segments that are delivered whole. */
  ack(upto: Position): void
  /** Records that wait. */
  readonly depth: number
}

/** Opens the spool in `dir` for its one reader. A directory that is not there yet is an empty spool. */
export function openSpoolReader(dir: string): SpoolReader {
  return new DiskSpoolReader(dir)
}

class DiskSpoolReader implements SpoolReader {
  readonly #dir: string
  #acked: Position
  /** `acked` on disk says what we know. */
  #is_noted = true
  /** How far the newest segment was counted. */
  #counted: Position = { segment: -1, offset: 0, sequence: 0 }

  constructor(dir: string) {
    this.#dir = dir
    this.#acked = readAcked(dir)
  }

  get depth(): number {
    const last = segmentsIn(this.#dir).at(-1)
    if (last === undefined) return 0
    if (this.#counted.segment !== last) {
      this.#counted = { segment: last, offset: 0, sequence: last }
    }
    let { offset, sequence } = this.#counted
    const start = offset
    const bytes = readSegment(this.#dir, last, offset) ?? Buffer.alloc(0)
    for (const piece of pieces(bytes, 0, false)) {
      if (piece.kind === 'record') sequence += 1
      offset = start + piece.end
    }
    this.#counted = { segment: last, offset, sequence }
    return Math.max(0, sequence - this.#acked.sequence)
  }

  read(limits: ReadLimits): Batch {
    this.#is_noted ||= this.#note()
    const records: string[] = []
    let upto = this.#acked
    let bytes_left = limits.bytes
    let skipped_bytes = 0
    // Listed before anything is read: a segment that has a successor now gets no more records, so that what looks
    // torn at its end is damage, and leaving it behind loses nothing.
    const segments = segmentsIn(this.#dir).filter((first) => first >= upto.segment)
    const last = segments.at(-1)
    for (const segment of segments) {
      if (segment !== upto.segment) upto = { segment, offset: 0, sequence: segment }
      const start = upto.offset
      const bytes = readSegment(this.#dir, segment, start) ?? Buffer.alloc(0)
      for (const piece of pieces(bytes, 0, segment !== last)) {
        const size_bytes = piece.end - piece.start
        if (piece.kind === 'gap') {
          skipped_bytes += size_bytes
        } else {
          const is_full = records.length > 0 && size_bytes > bytes_left
          if (is_full || records.length >= limits.count) return { records, upto, skipped_bytes }
          records.push(recordIn(bytes, piece))
          bytes_left -= size_bytes
        }
        const count = piece.kind === 'record' ? 1 : 0
        upto = { segment, offset: start + piece.end, sequence: upto.sequence + count }
      }
    }
    return { records, upto, skipped_bytes }
  }

  ack(upto: Position): void {
    if (isBefore(upto, this.#acked)) return
    this.#acked = upto
    this.#is_noted = this.#note()
    this.#free()
    // A full disk has no room for the note: freeing makes some, if not now then when the writer has let go of the file.
    this.#is_noted ||= this.#note()
  }

  [Symbol.dispose](): void {}

  /** False when the disk refused: after a restart, part of one segment would then be delivered again. */
  #note(): boolean {
    try {
      writeAcked(this.#dir, this.#acked)
      return true
    } catch {
      return false
    }
  }

  #free(): void {
    const { segment, offset } = this.#acked
    for (const first of segmentsIn(this.#dir).slice(0, -1)) {
      const path = segmentPath(this.#dir, first)
      const is_done = first < segment || (first === segment && statSync(path).size <= offset)
      if (is_done) rmSync(path, { force: true })
    }
  }
}

function recordIn(bytes: Buffer, frame: { readonly start: number; readonly end: number }): string {
  return bytes.toString('utf8', frame.start + header_bytes, frame.end)
}

function isBefore(a: Position, b: Position): boolean {
  return a.segment === b.segment ? a.offset < b.offset : a.segment < b.segment
}
