/** One real Gatehouse on loopback with its own state, ports and sample site; everything goes when it is disposed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { family } from '../bench/process-cost.ts'
import type { NodeStatus } from '../src/model/node.ts'
import { apiClient } from '../src/parts/client/client.ts'
import { unixTransport } from '../src/parts/client/unix-transport.ts'

export type WorldOptions = {
  /** Lines below `edge:`, two spaces deep. */
  readonly edge?: string
  /** More environment, such as DATABASE_URL. */
  readonly env?: Readonly<Record<string, string>>
  /** A folder that exists already, instead of a new one. */
  readonly state_dir?: string
}

export type LabWorld = AsyncDisposable & {
  readonly dir: string
  readonly state_dir: string
  readonly file: string
  readonly port: number
  start(): Promise<void>
  /** Ends it as an operator does. */
  stop(): Promise<number | null>
  /** The supervisor and all below it. */
  pids(): number[]
  status(): Promise<NodeStatus>
  /** Request ids of all stored hits, with how often each is stored. */
  storedHits(): Promise<Map<string, number>>
  signal(name: NodeJS.Signals): void
}

export async function labWorld(options: WorldOptions = {}): Promise<LabWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  const state_dir = options.state_dir ?? join(dir, 'state')
  mkdirSync(state_dir, { recursive: true })
  const site = await sampleSite()
  const [port, desk, intake, admin, cluster] = await freePorts(5)
  const file = join(dir, 'gatehouse.yaml')
  writeFileSync(
    file,
    `node: lab
state_dir: ${state_dir}
edge:
  workers: 2
  listen: [{ address: "127.0.0.1:${port}" }]
  admin: "127.0.0.8:${admin}"
${options.edge ?? ''}
cluster: { listen: "127.0.0.1:${cluster}" }
analytics: { listen: "127.0.0.1:${intake}" }
policy: { listen: "127.0.0.1:${desk}" }
sites:
  - name: lab
    hosts: ["*"]
    mode: block
    upstreams: [{ url: "http://127.0.0.1:${(site.address() as AddressInfo).port}" }]
`,
  )
  let child: ChildProcess | undefined
  const main = join(import.meta.dirname, '../bin/gatehouse')
  const world: LabWorld = {
    dir,
    state_dir,
    file,
    port: port ?? 0,
    async start() {
      const log = createWriteStream(join(dir, 'log'), { flags: 'a' })
      const running = spawn(main, ['run', '--settings', file], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...options.env },
      })
      child = running
      running.stdout?.pipe(log, { end: false })
      running.stderr?.pipe(log, { end: false })
      await until('the edge is ready', 60_000, async () => {
        if (running.exitCode !== null)
          throw new Error(`ended with ${running.exitCode}: see ${dir}/log`)
        return (await world.status()).workers.filter((w) => w.state === 'ready').length >= 2
      })
    },
    async stop() {
      const running = child
      if (!running || running.exitCode !== null || running.signalCode !== null) return null
      const gone = new Promise<number | null>((resolve) => running.once('exit', resolve))
      running.kill('SIGTERM')
      const code = await Promise.race([gone, delay(45_000).then(() => -1)])
      return code
    },
    pids: () => (child?.pid ? family(child.pid) : []),
    async status() {
      const answer = await fetch(`http://127.0.0.8:${admin}/gatehouse-status`)
      return (await answer.json()) as NodeStatus
    },
    async storedHits() {
      await using transport = unixTransport(join(state_dir, 'gatehouse.sock'))
      const api = apiClient(transport.send)
      const found = new Map<string, number>()
      let cursor: string | undefined
      do {
        const page = await api.call('GET /api/v1/hits', {
          query: { limit: 200, range: '24h', ...(cursor && { cursor }) },
        })
        for (const hit of page.items) {
          const key = `${hit.request_id} ${hit.attack_type}`
          found.set(key, (found.get(key) ?? 0) + 1)
        }
        cursor = page.next_cursor ?? undefined
      } while (cursor)
      return found
    },
    signal: (name) => void child?.kill(name),
    async [Symbol.asyncDispose]() {
      for (const pid of world.pids().reverse()) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It is gone already.
        }
      }
      site.closeAllConnections()
      site.close()
      if (!process.env['GATEHOUSE_LAB_KEEP']) rmSync(dir, { recursive: true, force: true })
    },
  }
  return world
}

/** Asks until the answer is true; an error counts as no. Throws when the time is over. */
export async function until(
  what: string,
  limit_ms: number,
  ask: () => Promise<boolean>,
  pause_ms = 50,
): Promise<number> {
  const start = performance.now()
  let last: unknown
  while (performance.now() - start < limit_ms) {
    try {
      if (await ask()) return performance.now() - start
    } catch (error) {
      last = error
    }
    await delay(pause_ms)
  }
  throw new Error(`not within ${limit_ms / 1000} s: ${what}`, { cause: last })
}

async function sampleSite(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => response.end('hello\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createTcpServer()
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
      return probe
    }),
  )
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port)
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}
