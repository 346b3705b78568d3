/** Stores batches of 50 hits in an embedded database for ever and prints `50` after each; meant to be killed. */
import { writeSync } from 'node:fs'
import { openDatabase } from '#parts/records/database.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { floodOfHits, testWorld } from '#parts/records/records.support.ts'

const db = await openDatabase({ kind: 'embedded', dir: process.argv[2] ?? '' }, testWorld())
for (;;) {
  const records = floodOfHits(50).map((hit) => ({ kind: 'hit' as const, hit }))
  const { stored } = await storeRecords(db, records, { gap_ms: 3_600_000 })
  writeSync(1, `${stored}\n`)
}
