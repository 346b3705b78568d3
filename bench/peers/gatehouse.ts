/** Gatehouse itself, started as a user starts it, with one edge worker. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { family } from '../process-cost.ts'
import { listening } from './nginx.ts'

export type Gatehouse = AsyncDisposable & {
  readonly port: number
  /** Supervisor, worker and office. */
  pids(): number[]
  /** The edge worker. */
  worker(): Promise<{ readonly pid: number; readonly rss_bytes: number }>
}

export async function gatehouse(
  dir: string,
  port: number,
  origin: number,
  crs: string,
): Promise<Gatehouse> {
  const own = join(dir, 'gatehouse')
  mkdirSync(own, { recursive: true })
  const file = join(own, 'gatehouse.yaml')
  writeFileSync(
    file,
    `node: bench
state_dir: ${own}/state
log: trouble
rules: { set: ${crs} }
edge:
  workers: 1
  listen: [{ address: "127.0.0.1:${port}" }]
  admin: "127.0.0.8:${port}"
analytics: { listen: "127.0.0.1:${port + 1}" }
policy: { listen: "127.0.0.1:${port + 2}" }
sites:
  - { name: bench, hosts: ["*"], mode: block, upstreams: [{ url: "http://127.0.0.1:${origin}" }] }
`,
  )
  const main = join(import.meta.dirname, '../../bin/gatehouse')
  const child = spawn(main, ['run', '--settings', file], { stdio: ['ignore', 'inherit', 'ignore'] })
  const pid = child.pid ?? 0
  await listening(port, child)
  return {
    port,
    pids: () => family(pid),
    async worker() {
      const answer = await fetch(`http://127.0.0.8:${port}/gatehouse-status`)
      const status = (await answer.json()) as { workers: { pid: number; rss_bytes: number }[] }
      const worker = status.workers[0]
      if (!worker) throw new Error('no worker in the status')
      return worker
    },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const patience = setTimeout(() => {
        for (const each of family(pid)) process.kill(each, 'SIGKILL')
      }, 20_000)
      await gone
      clearTimeout(patience)
    },
  }
}
