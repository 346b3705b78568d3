/**
 * The files of a spool. A segment is named by the number of its first record since the spool began, so that a place
 * in one segment is a count over all; `acked` holds how far the reader has delivered.
 */
import {
  close,
  closeSync,
  fstatSync,
  fsync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { frameEnd, nextFrame } from './frame.ts'

/** Up to here, not included: `sequence` records since the spool began, `offset` bytes of the segment. */
export type Position = {
  /** Number of the first record of the segment. */
  readonly segment: number
  readonly offset: number
  readonly sequence: number
}

/** Rights of what we make: records are nobody else's business. */
export const file_mode = 0o600

const digits = 16

export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(digits, '0')}.segment`)
}

/** First record numbers of all segments, oldest first. */
export function segmentsIn(dir: string): number[] {
  return (existing(() => readdirSync(dir)) ?? [])
    .flatMap((name) => {
      const found = /^(\d{16})\.segment$/.exec(name)
      return found ? [Number(found[1])] : []
    })
    .sort((a, b) => a - b)
}

/** One thing after another in a segment: a whole record, or bytes that are none. */
export type Piece =
  | { readonly kind: 'record'; readonly start: number; readonly end: number }
  | { readonly kind: 'gap'; readonly start: number; readonly end: number }

/**
 * Goes through the bytes of a segment from `at`. At the end of the last segment stands what is still being written or
 * was cut by a death: no gap is reported there, `is_final` tells that nothing more can come.
 */
export function* pieces(bytes: Buffer, at: number, is_final: boolean): Generator<Piece> {
  let start = at
  while (start < bytes.length) {
    const end = frameEnd(bytes, start)
    if (typeof end === 'number') {
      yield { kind: 'record', start, end }
      start = end
      continue
    }
    const next = nextFrame(bytes, start) ?? (is_final ? bytes.length : undefined)
    if (next === undefined) return
    yield { kind: 'gap', start, end: next }
    start = next
  }
}

const beginning: Position = { segment: 0, offset: 0, sequence: 0 }

/** How far the reader has delivered. After damage the oldest segment counts as undelivered: twice is better than never. */
export function readAcked(dir: string): Position {
  try {
    const [segment, offset, sequence] = readFileSync(join(dir, 'acked'), 'latin1')
      .split(' ')
      .map(Number)
    const numbers = [segment, offset, sequence]
    if (!numbers.every((n) => Number.isSafeInteger(n) && Number(n) >= 0)) return beginning
    return { segment: Number(segment), offset: Number(offset), sequence: Number(sequence) }
  } catch {
    return beginning
  }
}

/** Atomic: a reader that dies has acknowledged all of it or nothing. */
export function writeAcked(dir: string, { segment, offset, sequence }: Position): void {
  const path = join(dir, 'acked')
  writeFileSync(`${path}.new`, `${segment} ${offset} ${sequence}`, { mode: file_mode })
  renameSync(`${path}.new`, path)
}

/** Forces a file to disk without making anybody wait, then closes it. */
export function closeDurably(fd: number): void {
  fsync(fd, () => close(fd, () => {}))
}

/** Bytes of a segment from `offset` to its end; undefined when it was deleted. */
export function readSegment(dir: string, segment: number, offset: number): Buffer | undefined {
  const fd = existing(() => openSync(segmentPath(dir, segment), 'r'))
  if (fd === undefined) return undefined
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, fstatSync(fd).size - offset))
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(fd, bytes, filled, bytes.length - filled, offset + filled)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  } finally {
    closeSync(fd)
  }
}

export function openForAppend(dir: string, segment: number): number {
  return openSync(segmentPath(dir, segment), 'a', file_mode)
}

function existing<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
