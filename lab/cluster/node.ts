/** One real Gatehouse on a host of the lab's network, with its own state; commands run where it runs. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { family } from '../../bench/process-cost.ts'
import type { NodeStatus } from '../../src/model/node.ts'
import { type ApiClient, apiClient } from '../../src/parts/client/client.ts'
import { unixTransport } from '../../src/parts/client/unix-transport.ts'
import { until } from '../world.ts'
import type { Host } from './network.ts'

export const main = join(import.meta.dirname, '../../bin/gatehouse')

export type LabNode = AsyncDisposable & {
  readonly name: string
  readonly address: string
  readonly dir: string
  readonly state_dir: string
  readonly file: string
  start(): Promise<void>
  /** Ends it as an operator does. */
  stop(): Promise<void>
  /** Ends all of it at once, as a power cut does. */
  kill(): Promise<void>
  isRunning(): boolean
  /** `running`, or how it ended. */
  ending(): string
  pids(): number[]
  /** `gatehouse …` on this host; rejects when it ends with another code than 0. */
  run(...args: string[]): Promise<string>
  status(): Promise<NodeStatus>
  /** What the admin port answers. */
  admin(path: string): Promise<string>
  api<T>(ask: (api: ApiClient) => Promise<T>): Promise<T>
  /** Status of one request through this node's edge; undefined when no answer came. */
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<number | undefined>
}

export type NodeOptions = {
  readonly dir: string
  /** Everything below the first lines of the settings file. */
  readonly settings: string
}

export function labNode(host: Host, options: NodeOptions): LabNode {
  const dir = join(options.dir, host.name)
  const state_dir = join(dir, 'state')
  mkdirSync(state_dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'gatehouse.yaml')
  writeFileSync(file, `node: ${host.name}\nstate_dir: ${state_dir}\n${options.settings}`, {
    mode: 0o600,
  })
  let child: ChildProcess | undefined
  const isRunning = (): boolean =>
    child !== undefined && child.exitCode === null && child.signalCode === null
  const node: LabNode = {
    name: host.name,
    address: host.address,
    dir,
    state_dir,
    file,
    isRunning,
    ending: () =>
      isRunning() ? 'running' : `ended by ${child?.signalCode ?? `code ${child?.exitCode}`}`,
    async start() {
      const log = createWriteStream(join(dir, 'log'), { flags: 'a' })
      const running = spawn(
        'ip',
        ['netns', 'exec', host.namespace, main, 'run', '--settings', file],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      )
      child = running
      running.stdout?.pipe(log, { end: false })
      running.stderr?.pipe(log, { end: false })
      await until(`${host.name} takes requests`, 60_000, async () => {
        if (!isRunning()) throw new Error(`${host.name} ended: see ${dir}/log`)
        return (await node.status()).workers.some((w) => w.state === 'ready')
      })
    },
    async stop() {
      const running = child
      if (!running || !isRunning()) return
      const gone = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGTERM')
      const patience = new AbortController()
      const late = delay(45_000, undefined, { signal: patience.signal }).then(
        () => node.kill(),
        () => {},
      )
      await Promise.race([gone, late])
      patience.abort()
    },
    async kill() {
      const running = child
      if (!running || !isRunning()) return
      const gone = new Promise((resolve) => running.once('exit', resolve))
      for (const pid of node.pids()) killIfThere(pid)
      await gone
    },
    pids: () => (child?.pid && isRunning() ? family(child.pid) : []),
    run: (...args) =>
      new Promise((resolve, reject) => {
        execFile(
          'ip',
          ['netns', 'exec', host.namespace, main, ...args, '--settings', file],
          { timeout: 120_000 },
          (error, stdout, stderr) =>
            error
              ? reject(
                  new Error(`gatehouse ${args[0]} on ${host.name}: ${stderr || error.message}`),
                )
              : resolve(stdout),
        )
      }),
    async status() {
      return JSON.parse(await node.admin('/gatehouse-status')) as NodeStatus
    },
    // The admin port is on loopback: asked where the node lives.
    admin: (path) =>
      new Promise((resolve, reject) => {
        const args = ['netns', 'exec', host.namespace, 'curl', '-sf', '-m', '5']
        execFile('ip', [...args, `http://127.0.0.8:8081${path}`], (error, stdout) =>
          error ? reject(error) : resolve(stdout),
        )
      }),
    async api(ask) {
      await using transport = unixTransport(join(state_dir, 'gatehouse.sock'))
      return await ask(apiClient(transport.send))
    },
    async ask(path, headers = {}) {
      try {
        const answer = await fetch(`http://${host.address}${path}`, {
          headers,
          signal: AbortSignal.timeout(5000),
        })
        await answer.arrayBuffer()
        return answer.status
      } catch {
        return undefined
      }
    },
    async [Symbol.asyncDispose]() {
      await node.kill()
    },
  }
  return node
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its parent.
  }
}
