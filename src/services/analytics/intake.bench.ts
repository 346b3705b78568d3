/** A flood of 20,000 hits by HTTP, as the courier sends them. Run: node src/services/analytics/intake.bench.ts */
import { listAttacks } from '#parts/records/attacks.ts'
import { floodOfHits, noon_ms } from '#parts/records/records.support.ts'
import { testAnalytics } from './analytics.support.ts'
import { check } from './steps/check.ts'

const records = floodOfHits(20_000).map((hit) => ({ kind: 'hit', hit }))
const batch = (i: number, size: number) => ({
  node: 'n1',
  version: '1',
  records: records.slice(i, i + size),
})

await using analytics = await testAnalytics()
const checking = performance.now()
for (let i = 0; i < records.length; i += 500) check(batch(i, 500), noon_ms)
const check_us = ((performance.now() - checking) / records.length) * 1000

const started = performance.now()
const cpu = process.cpuUsage()
let longest_ms = 0
for (let i = 0; i < records.length; i += 500) {
  const sent = performance.now()
  await analytics.deliver(records.slice(i, i + 500))
  longest_ms = Math.max(longest_ms, performance.now() - sent)
}
const ms = performance.now() - started
const { user, system } = process.cpuUsage(cpu)
const { items } = await listAttacks(analytics.database, {}, { limit: 200 })
console.log(
  `${records.length} hits in batches of 500: ${Math.round((records.length / ms) * 1000)} rows/s, ` +
    `${Math.round((user + system) / records.length)} us CPU a hit (sender, HTTP, checks, PGlite), ` +
    `slowest batch ${longest_ms.toFixed(0)} ms; checking alone ${check_us.toFixed(1)} us a hit; ` +
    `first page ${items.length} attacks`,
)
