/**
 * `npm run bench`: prints figures and exits with 1 when a bar of bench/bars.json is not met. Parts: side-by-side,
 * hostile, memory; name some to run only those.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostileValues } from './hostile.ts'
import { memory } from './memory.ts'
import { sideBySide } from './side-by-side.ts'

const bars = JSON.parse(readFileSync(join(import.meta.dirname, 'bars.json'), 'utf8')) as {
  ratio_min: number
  hostile_ms_max: number
  rss_mb_max: number
  rss_growth_mb_max: number
}
const asked = process.argv.slice(2)
const wants = (part: string): boolean => asked.length === 0 || asked.includes(part)
const missed: string[] = []
const dir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))

async function comparison(): Promise<void> {
  console.log(
    'CPU microseconds per request, CRS 4.28, paranoia level 1 (median of 3 rounds, turn by turn)',
  )
  console.log('  load   nginx+libmodsecurity3   gatehouse   ratio')
  for (const row of await sideBySide(dir)) {
    const cells = [
      row.load.padEnd(5),
      row.nginx_us.toFixed(0).padStart(22),
      row.gatehouse_us.toFixed(0).padStart(12),
    ]
    console.log(`  ${cells.join('')}   ${row.ratio.toFixed(2)}x`)
    if (!(row.ratio >= bars.ratio_min))
      missed.push(`${row.load}: ${row.ratio.toFixed(2)}x of ${bars.ratio_min}x`)
  }
}

function hostile(): void {
  const { expressions, requests, worst } = hostileValues()
  console.log(
    `\nHostile values of 8 KB: ${expressions} expressions, ${requests} whole requests at paranoia level 4; the worst ten`,
  )
  for (const w of worst.slice(0, 10)) {
    console.log(
      `  ${w.cpu_ms.toFixed(1).padStart(8)} ms  ${w.place.padEnd(6)}  ${w.rule.slice(0, 70)}  ← ${JSON.stringify(w.sample.slice(0, 30))}…`,
    )
  }
  const most = worst[0]?.cpu_ms ?? Number.NaN
  if (!(most <= bars.hostile_ms_max))
    missed.push(`hostile: ${most.toFixed(0)} ms of ${bars.hostile_ms_max} ms`)
}

async function resident(): Promise<void> {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0)
  const found = await memory(dir)
  console.log(
    `\nResident memory of one worker: ${mb(found.start)} MB at start, ${mb(found.first)} MB after ${found.requests} mixed requests, ${mb(found.second)} MB after as many again`,
  )
  if (!(found.second <= bars.rss_mb_max * 1e6))
    missed.push(`memory: ${mb(found.second)} MB of ${bars.rss_mb_max} MB`)
  const growth = found.second - found.first
  if (!(growth <= bars.rss_growth_mb_max * 1e6)) missed.push(`memory grew by ${mb(growth)} MB`)
}

try {
  if (wants('side-by-side')) await comparison()
  if (wants('hostile')) hostile()
  if (wants('memory')) await resident()
} finally {
  rmSync(dir, { recursive: true, force: true })
}
if (missed.length > 0) {
  console.log(`\nmissed: ${missed.join('; ')}`)
  process.exit(1)
}
console.log('\nall bars met')
