/** Resident memory of one edge worker after 100,000 mixed requests, and after as many again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from './load-generator.ts'
import { attackLoads, crsDir, readLoads, timedLoads } from './loads.ts'
import { gatehouse } from './peers/gatehouse.ts'
import { originServer } from './peers/nginx.ts'
import { rss_bytes } from './process-cost.ts'

export type Memory = {
  readonly requests: number
  readonly start: number
  readonly first: number
  readonly second: number
}

const count = 100_000

export async function memory(dir: string): Promise<Memory> {
  using origin = await originServer(dir, 18_200)
  await using ours = await gatehouse(dir, 18_220, origin.port, crsDir())
  const { pid } = await ours.worker()
  const start = rss_bytes(pid)
  await mixed(dir, ours.port, 1)
  const first = rss_bytes(pid)
  await mixed(dir, ours.port, 2)
  const second = rss_bytes(pid)
  if ((await ours.worker()).pid !== pid)
    throw new Error('the worker was replaced while it was measured')
  return { requests: count, start, first, second }
}

/** 100,000 requests: the loads in turn, each with a value of its own; one in 200 is an attack. */
async function mixed(dir: string, port: number, seed: number): Promise<void> {
  const loads = readLoads()
  const quote = (text: string): string =>
    `"${[...Buffer.from(text)].map((b) => `\\${String(b).padStart(3, '0')}`).join('')}"`
  const table = [...timedLoads, ...attackLoads].map((name) => {
    const load = loads[name]
    if (!load) throw new Error(`no load "${name}"`)
    const headers = load.headers.filter(([n]) => n.toLowerCase() !== 'content-length')
    const pairs = headers.map(([n, v]) => `[${quote(n)}]=${quote(v)}`).join(',')
    return `{ method=${quote(load.method)}, uri=${quote(load.uri)}, body=${load.body ? quote(load.body) : 'nil'}, headers={${pairs}} }`
  })
  const script = join(dir, 'mixed.lua')
  writeFileSync(
    script,
    `local loads = { ${table.join(',\n')} }
math.randomseed(${seed})
local sent = 0
request = function()
  sent = sent + 1
  local load = loads[sent % 200 == 0 and math.random(5, 6) or math.random(1, 4)]
  local mark = string.format("n%dx%d", math.random(1, 1000000000), sent)
  local uri = load.uri .. (string.find(load.uri, "?", 1, true) and "&" or "?") .. "mark=" .. mark
  return wrk.format(load.method, uri, load.headers, load.body)
end
function done(summary) print("COUNTED " .. summary.requests) end
`,
  )
  // wrk ends by the clock, not by the count.
  for (let answered = 0; answered < count; ) {
    const out = await run('wrk', ['-t1', '-c8', '-d10s', '-s', script, `http://127.0.0.1:${port}`])
    const more = Number(/COUNTED (\d+)/.exec(out)?.[1] ?? 0)
    if (more === 0) throw new Error(`wrk counted no answer:\n${out}`)
    answered += more
  }
  await delay(3000)
}
