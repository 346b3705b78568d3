/**
 * A writer that is meant to be killed: appends numbered records as fast as it can and notes in a file which ones were
 * accepted, each before the next begins. Arguments: spool directory, file of notes, first number.
 */
import { openSync, writeSync } from 'node:fs'
import { openSpool } from '#parts/spool/spool.ts'

/** The text of record `n`: any length from a few bytes to some thousand, always the same for the same number. */
export function recordText(n: number): string {
  const length = (Math.imul(n, 2_654_435_761) >>> 0) % 3_000
  return `${n} ${'ü'.repeat(length / 2)}`
}

if (process.argv[1] === import.meta.filename) {
  const [dir = '', notes = '', first = '0'] = process.argv.slice(2)
  const fd = openSync(notes, 'a')
  const spool = openSpool(dir, { size_bytes_max: 64 * 1024 ** 2, segment_bytes: 40_000 })
  for (let n = Number(first); ; n++) {
    if (!spool.append(recordText(n))) throw new Error('the spool refused')
    writeSync(fd, `${n}\n`)
  }
}
