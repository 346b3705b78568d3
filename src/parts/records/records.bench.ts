/** A flood of 20,000 hits into both engines, and what the console asks for afterwards. Run: node src/parts/records/records.bench.ts */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupAttacks, listAttacks, streamAttacks } from './attacks.ts'
import { type Database, openDatabase } from './database.ts'
import { listHits, storeRecords } from './hits.ts'
import { overview } from './overview.ts'
import { postgresServer } from './postgres.support.ts'
import { floodOfHits, noon_ms, sampleAt, testWorld } from './records.support.ts'

const hits_count = 20_000
const samples_count = 20_000

async function timed(name: string, rows: number, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await work()
  const ms = performance.now() - started
  const rate = rows > 0 ? `${Math.round((rows / ms) * 1000).toLocaleString('en')} rows/s` : ''
  console.log(`  ${name.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms  ${rate}`)
}

async function run(db: Database): Promise<void> {
  const options = { gap_ms: 3_600_000 }
  const records = floodOfHits(hits_count).map((hit) => ({ kind: 'hit' as const, hit }))
  for (const size of [1_000, 100]) {
    const half = size === 1_000 ? records.slice(0, hits_count / 2) : records.slice(hits_count / 2)
    await timed(`store hits, ${size} a batch`, half.length, async () => {
      for (let i = 0; i < half.length; i += size) {
        await storeRecords(db, half.slice(i, i + size), options)
      }
    })
  }
  await timed('the same again (all duplicates), 1000 a batch', hits_count, async () => {
    for (let i = 0; i < hits_count; i += 1_000) {
      await storeRecords(db, records.slice(i, i + 1_000), options)
    }
  })
  const samples = Array.from({ length: samples_count }, (_, i) =>
    sampleAt(new Date(noon_ms + i * 2_000).toISOString(), { site: `site${i % 5}` }),
  ).map((traffic) => ({ kind: 'traffic' as const, traffic }))
  await timed('store traffic samples, 200 a batch', samples_count, async () => {
    for (let i = 0; i < samples_count; i += 200) {
      await storeRecords(db, samples.slice(i, i + 200), options)
    }
  })
  const hour = {
    from: new Date(noon_ms).toISOString(),
    to: new Date(noon_ms + 3_600_000).toISOString(),
  }
  await timed('overview of an hour', 0, () => overview(db, hour))
  const day = { ...hour, to: new Date(noon_ms + 86_400_000).toISOString() }
  await timed('overview of a day', 0, () => overview(db, day))
  await timed('first page of attacks', 0, () => listAttacks(db, {}, { limit: 50 }))
  await timed('attacks with a text', 0, () => listAttacks(db, { q: 'page/77' }, { limit: 50 }))
  await timed('attacks of a client', 0, () =>
    listAttacks(db, { client: '198.51.100.7' }, { limit: 50 }),
  )
  await timed('groups by client', 0, () => groupAttacks(db, {}, 'client'))
  await timed('hits of a client', 0, () => listHits(db, { client: '198.51.100.7', limit: 50 }))
  await timed('export of all attacks', 0, () => Array.fromAsync(streamAttacks(db, {})))
}

const dir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
try {
  console.log('embedded (PGlite)')
  await using embedded = await openDatabase({ kind: 'embedded', dir }, testWorld())
  await run(embedded)
  console.log(`  RSS ${Math.round(process.memoryUsage.rss() / 1024 ** 2)} MiB`)
} finally {
  await rm(dir, { recursive: true, force: true })
}
console.log('PostgreSQL (fsync off, unix socket)')
await using server = await postgresServer()
await using db = await openDatabase({ kind: 'postgres', url: server.url }, testWorld())
while (db.trouble() !== undefined) await testWorld().clock.sleep(20)
await run(db)
