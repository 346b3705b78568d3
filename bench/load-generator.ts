/** Drives wrk with one request, again and again, and reads what it counted. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Load } from './loads.ts'

export type Counted = { readonly requests: number; readonly bad: number; readonly p99_us: number }

/** Sends `load` to a port on loopback for `seconds` over 8 kept connections. */
export async function drive(
  dir: string,
  port: number,
  load: Load,
  seconds: number,
): Promise<Counted> {
  const script = join(dir, `load-${port}.lua`)
  writeFileSync(script, luaOf(load))
  const out = await run('wrk', [
    '-t1',
    '-c8',
    `-d${seconds}s`,
    '-s',
    script,
    `http://127.0.0.1:${port}`,
  ])
  const found = /COUNTED (\d+) (\d+) (\d+)/.exec(out)
  if (!found) throw new Error(`wrk said nothing of use:\n${out}`)
  return { requests: Number(found[1]), bad: Number(found[2]), p99_us: Number(found[3]) }
}

function luaOf(load: Load): string {
  const quote = (text: string): string =>
    `"${[...Buffer.from(text)].map((b) => `\\${String(b).padStart(3, '0')}`).join('')}"`
  const headers = load.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  return `
wrk.method = ${quote(load.method)}
wrk.path = ${quote(load.uri)}
wrk.body = ${load.body ? quote(load.body) : 'nil'}
${headers.map(([name, value]) => `wrk.headers[${quote(name)}] = ${quote(value)}`).join('\n')}
function done(summary, latency)
  local bad = summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.connect + summary.errors.timeout
  print(string.format("COUNTED %d %d %d", summary.requests, bad, latency:percentile(99)))
end
`
}

/** Status of one request, with its very bytes. */
export async function statusOf(port: number, load: Load): Promise<number> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const headers = load.headers.flat()
    const sent = request({
      host: '127.0.0.1',
      port,
      method: load.method,
      path: load.uri,
      headers,
      agent: false,
    })
    sent.once('response', (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.once('error', reject)
    sent.end(load.body)
  })
}

export function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    const take = (chunk: Buffer) => {
      out += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${command} ended with ${code}\n${out}`)),
    )
  })
}
