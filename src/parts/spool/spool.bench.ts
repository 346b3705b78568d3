/** What an append costs the request that made the hit, and how fast a courier drains. Run: node src/parts/spool/spool.bench.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSpoolReader } from './reader.ts'
import { openSpool } from './spool.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
try {
  for (const [size, count] of [
    [300, 200_000],
    [4_000, 50_000],
  ] as const) {
    const path = join(dir, String(size))
    const spool = openSpool(path, { size_bytes_max: 256 * 1024 ** 2 })
    const reader = openSpoolReader(path)
    const record = 'x'.repeat(size)
    const started = performance.now()
    let kept = 0
    for (let i = 0; i < count; i++) if (spool.append(record)) kept += 1
    const append_us = ((performance.now() - started) / count) * 1000
    const reading = performance.now()
    let read = 0
    for (;;) {
      const { records, upto } = reader.read({ count: 500, bytes: 4 * 1024 ** 2 })
      if (records.length === 0) break
      read += records.length
      reader.ack(upto)
    }
    const read_us = ((performance.now() - reading) / read) * 1000
    const full = performance.now()
    const tiny = openSpool(join(path, 'full'), { size_bytes_max: 100 })
    for (let i = 0; i < 10_000; i++) tiny.append(record)
    const refuse_us = ((performance.now() - full) / 10_000) * 1000
    const us = (n: number) => `${n.toFixed(1)} us`
    console.log(
      `${size} bytes: append ${us(append_us)}, read and ack ${us(read_us)} a record, refuse when full ${us(refuse_us)}; kept ${kept}, read ${read}`,
    )
    spool[Symbol.dispose]()
  }
} finally {
  rmSync(dir, { recursive: true })
}
