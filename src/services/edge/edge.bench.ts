/**
 * What the edge costs: CPU microseconds a request of this process, with `wrk` on loopback and an
 * upstream in a process of its own.
 * `node src/services/edge/edge.bench.ts [seconds]`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { exec } from '#parts/host/exec.ts'
import { startTestEdge } from './edge.fixture.ts'

const seconds = Number(process.argv[2] ?? 5)
const upstreamText = `
const body = Buffer.from(JSON.stringify({ ok: true, items: [1, 2, 3] }))
const head = { 'content-type': 'application/json', 'content-length': body.length }
const server = require('node:http').createServer((q, r) => { r.writeHead(200, head); r.end(body) })
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`
const upstream = spawn(process.execPath, ['-e', upstreamText], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const port = Number(String((await once(upstream.stdout, 'data'))[0]))

async function measure(mode: 'off' | 'block'): Promise<string> {
  await using edge = await startTestEdge({
    upstreams: [`http://127.0.0.1:${port}`],
    site: { mode },
  })
  const load = (for_seconds: number) =>
    exec(['wrk', '-t1', '-c16', `-d${for_seconds}s`, `${edge.url}/hello?a=1&b=two`], {
      timeout_ms: 60_000,
    })
  await load(2)
  const before = { all: process.cpuUsage(), main: process.threadCpuUsage() }
  const count_before = edge.report().sites['test']?.requests ?? 0
  const { stdout } = await load(seconds)
  const all = process.cpuUsage(before.all)
  const main = process.threadCpuUsage(before.main)
  const count = (edge.report().sites['test']?.requests ?? 0) - count_before
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]
  const per = (usage: { user: number; system: number }) =>
    ((usage.user + usage.system) / count).toFixed(1)
  return `mode ${mode}: ${per(all)} µs a request (main thread ${per(main)}), ${rate} requests/s, ${count} requests`
}

try {
  console.log(await measure('off'))
  console.log(await measure('block'))
} finally {
  upstream.kill()
}
