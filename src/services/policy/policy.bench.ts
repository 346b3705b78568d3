/** Calls a second of the hot read routes, whole path over a socket, 20,000 hits in the embedded database. */
import { Agent, request } from 'node:http'
import { storeRecords } from '#parts/records/hits.ts'
import { floodOfHits } from '#parts/records/records.support.ts'
import { testPolicy } from './policy.support.ts'

const span_ms = 2_000
const at_once = 8

await using site = await testPolicy()
await site.addUser('vera', 'viewer')
const { cookie } = await site.login('vera')
const hits = floodOfHits(20_000)
for (let i = 0; i < hits.length; i += 1_000) {
  const batch = hits.slice(i, i + 1_000).map((hit) => ({ kind: 'hit', hit }) as const)
  await storeRecords(site.database, batch, { gap_ms: 3_600_000 })
}
const agent = new Agent({ keepAlive: true, maxSockets: at_once })

function call(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(new URL(path, site.policy.url), { agent, headers: { cookie } }, (response) => {
      response.on('end', resolve).resume()
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`))
    })
      .on('error', reject)
      .end()
  })
}

/** Calls that fit under the limit of calls per address and minute, which is the bound that a real client meets. */
const calls_max = 400

for (const path of [
  '/livez',
  '/api/v1/session',
  '/api/v1/attacks',
  '/api/v1/attacks?type=sqli&q=page',
  '/api/v1/hits',
  '/api/v1/overview?range=24h',
  '/api/v1/sites',
]) {
  let calls = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const worker = async () => {
    while (calls < calls_max && performance.now() - start < span_ms) {
      calls++
      await call(path)
    }
  }
  await Promise.all(Array.from({ length: at_once }, worker))
  const took_ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const per_second = Math.round((calls * 1000) / took_ms)
  const cpu_ms = ((user + system) / 1000 / calls).toFixed(2)
  process.stdout.write(`${path.padEnd(36)} ${String(per_second).padStart(6)}/s ${cpu_ms} ms CPU\n`)
}
agent.destroy()
