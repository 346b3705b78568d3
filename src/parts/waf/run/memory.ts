/** Collections that outlive a request (IP, GLOBAL, SESSION …): bounded memory of one process. */
import type { PersistentMemory, State, StoredRecord } from '../program.ts'

/** Records kept; the one unused longest makes room. */
export const recordsMax = 20_000

/** Variables in one record; more are not stored. */
export const variablesMax = 256

/** Bytes of one stored value; the rest is cut off. */
const valueBytesMax = 1024

export function persistentMemory(): PersistentMemory {
  const records = new Map<string, StoredRecord>()
  return {
    open(collection, key, now_ms) {
      const name = `${collection} ${key}`
      const known = records.get(name) ?? new Map()
      // Map order is insertion order: taken out and put back, the front is what was unused longest.
      records.delete(name)
      records.set(name, known)
      for (const [variable, { expires_ms }] of known) {
        if (expires_ms <= now_ms) known.delete(variable)
      }
      const oldest = records.size > recordsMax ? records.keys().next().value : undefined
      if (oldest !== undefined) records.delete(oldest)
      return known
    },
  }
}

/** A stored value that has not expired. */
export function readStored(state: State, collection: string, key: string): string | undefined {
  const stored = state.records.get(collection)?.get(key)
  return stored && stored.expires_ms > state.start.at_ms ? stored.value : undefined
}

/**
 * Stores a value until `expires_ms`; without it until the time that `expirevar` set before, or as long as
 * SecCollectionTimeout says. Nothing happens when no record is open.
 */
export function putStored(
  state: State,
  collection: string,
  key: string,
  value: string,
  expires_ms?: number,
) {
  const record = state.records.get(collection)
  const before = record?.get(key)
  if (record === undefined || (record.size >= variablesMax && before === undefined)) return
  const { at_ms } = state.start
  const kept = before?.is_fixed && before.expires_ms > at_ms ? before.expires_ms : undefined
  const fixed = expires_ms ?? kept
  record.set(key, {
    value: value.slice(0, valueBytesMax),
    expires_ms: fixed ?? at_ms + state.program.settings.collection_timeout_s * 1000,
    is_fixed: fixed !== undefined,
  })
}

export function deleteStored(state: State, collection: string, key: string) {
  state.records.get(collection)?.delete(key)
}
