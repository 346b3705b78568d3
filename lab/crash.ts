/** `npm run lab -- crash`: parts that are killed, or whose disk is full, again and again (crash/*.test.ts). */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'

/** How many there are: one that is skipped in silence is a failure too. */
const tests = 8

/** True when all of them ran and went well. */
export async function crashes(): Promise<boolean> {
  const files = globSync(join(import.meta.dirname, 'crash/*.test.ts')).sort()
  let passed = 0
  let failed = 0
  for await (const { type, data } of run({ files, concurrency: 1 })) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.skip !== undefined) continue
    const is_good = type === 'test:pass'
    if (is_good) passed++
    else failed++
    const took_s = (data.details.duration_ms / 1000).toFixed(1)
    console.log(`${is_good ? 'ok   ' : 'FAIL '} crash  ${data.name}  (${took_s} s)`)
    if (type === 'test:fail') console.log(data.details.error.cause ?? data.details.error)
  }
  console.log(`crash: ${passed} of ${tests} passed, ${failed} failed`)
  return failed === 0 && passed === tests
}
