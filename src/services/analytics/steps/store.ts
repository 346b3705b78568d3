/** Second step: hits into attacks and both into the database, each record once. */
import { Fault } from '#base/fault.ts'
import type { Hit } from '#model/hit.ts'
import type { Database } from '#parts/records/database.ts'
import { storeRecords } from '#parts/records/hits.ts'
import type { Checked, Refusal } from './check.ts'

export type Stored = {
  readonly node: string
  readonly stored: number
  readonly duplicates: number
  readonly rejected: readonly Refusal[]
  readonly from_future: number
  readonly ahead_ms: number
}

/**
 * Stores a batch whole. When the database refuses a value, halves find the record that holds it: one bad record must
 * neither be lost with its neighbours nor come back for ever.
 * @throws records.unavailable
 */
export async function store(
  checked: Checked,
  tools: {
    readonly database: Database
    readonly gap_ms: number
    readonly onNewHits?: (hits: readonly Hit[]) => void
  },
): Promise<Stored> {
  const rejected: Refusal[] = [...checked.rejected]
  let stored = 0
  let duplicates = 0
  const storeAll = async (records: Checked['records']): Promise<void> => {
    try {
      const answer = await storeRecords(
        tools.database,
        records.map(({ record }) => record),
        tools,
      )
      stored += answer.stored
      duplicates += answer.duplicates
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'records.bad_value') throw error
      const [only] = records
      if (records.length === 1 && only) {
        rejected.push({ index: only.index, why: error.message })
        return
      }
      const half = Math.ceil(records.length / 2)
      await storeAll(records.slice(0, half))
      await storeAll(records.slice(half))
    }
  }
  await storeAll(checked.records)
  const { node, from_future, ahead_ms } = checked
  return { node, stored, duplicates, rejected, from_future, ahead_ms }
}
