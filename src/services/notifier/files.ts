/** Files of bundles, from the database or from memory: all nodes ask for the same ones at the same time. */
import { contentFile } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { notifierFaults } from './faults.ts'

const kept_bytes_max = 64 * 1024 ** 2

/** Throws `notifier.no_such_file`, `records.unavailable`. */
export type Files = (sha256: string) => Promise<Uint8Array>

export function files(database: Database): Files {
  const kept = new Map<string, Uint8Array>()
  const asked = new Map<string, Promise<Uint8Array | undefined>>()
  let kept_bytes = 0
  const keep = (sha256: string, bytes: Uint8Array) => {
    if (bytes.length > kept_bytes_max || kept.has(sha256)) return
    kept.set(sha256, bytes)
    kept_bytes += bytes.length
    for (const [oldest, { length }] of kept) {
      if (kept_bytes <= kept_bytes_max) break
      kept.delete(oldest)
      kept_bytes -= length
    }
  }
  return async (sha256) => {
    const known = kept.get(sha256)
    if (known) {
      // Asked for last: forgotten last.
      kept.delete(sha256)
      kept.set(sha256, known)
      return known
    }
    const reading = asked.get(sha256) ?? contentFile(database, sha256)
    asked.set(sha256, reading)
    try {
      const bytes = await reading
      if (!bytes) throw notifierFaults.no_such_file({ sha256 })
      keep(sha256, bytes)
      return bytes
    } finally {
      asked.delete(sha256)
    }
  }
}
