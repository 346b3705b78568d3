/** A policy server's cluster port over real mTLS, as far as an agent sees it, and an agent to meet it. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Clock, systemClock } from '#base/clock.ts'
import type { HybridClock } from '#base/hybrid-clock.ts'
import { type Log, silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { SignedBundle } from '#model/bundle.ts'
import { AgentHello, AgentReport, type Receipt, type ToAgent } from '#model/cluster.ts'
import { testCluster, testFiles } from '#parts/bundle/bundle.support.ts'
import { openShelf, type Shelf, type Shelved } from '#parts/bundle/shelf.ts'
import { sha256 } from '#parts/bundle/signing.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { peerNode, serverTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { newRequest } from '#parts/identity/requests.ts'
import { type Agent, type AgentContext, startAgent } from './service.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-agent-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const founded = await foundCluster(
  join(root, 'identity'),
  { name: 'gate-1', roles: ['edge', 'policy'], policy_servers: [], analytics: [] },
  systemClock.now(),
)
export const cluster = testCluster(founded.identity.cluster_id)
/** One node plays both ends: whose certificate it is does not matter to an agent. */
const identity: NodeIdentity = { ...founded.identity, signing_keys: [...cluster.trust.keys] }

/** A node of the same cluster that is no policy server. */
export async function edgeIdentity(): Promise<NodeIdentity> {
  const { csr, key } = await newRequest('edge-1')
  const node = { node_id: randomUUID(), name: 'edge-1', roles: ['edge'] as const }
  const certificate = await founded.authority.issue(csr, node, systemClock.now())
  return { ...identity, ...node, roles: ['edge'], certificate, key }
}

export const topology = { policy_servers: [] as string[], analytics: ['127.0.0.1:3313'] }

export type FakeServer = AsyncDisposable & {
  readonly address: string
  readonly hellos: AgentHello[]
  readonly reports: AgentReport[]
  readonly receipts: Receipt[]
  /** Hashes of files that were asked for, in order. */
  readonly asked: string[]
  readonly streams: ServerResponse[]
  /** What `/v1/files/` gives. */
  readonly files: Map<string, Uint8Array>
  /** Answers instead of the usual; true when it did. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean
  say(message: ToAgent | object): void
  put(files: ReadonlyMap<string, Uint8Array>): void
  /** Drops all connections. */
  cut(): void
}

/** `shown`: whose certificate it has. */
export async function fakeServer(shown = identity): Promise<FakeServer> {
  const fake = {
    hellos: [] as AgentHello[],
    reports: [] as AgentReport[],
    receipts: [] as Receipt[],
    asked: [] as string[],
    streams: [] as ServerResponse[],
    files: new Map<string, Uint8Array>(),
    answer: (_request: IncomingMessage, _response: ServerResponse): boolean => false,
  }
  const server = createServer(serverTls(shown), async (request, response) => {
    if (!peerNode(request.socket as TLSSocket)) {
      response.writeHead(401).end()
      return
    }
    let body = ''
    for await (const chunk of request) body += String(chunk)
    if (fake.answer(request, response)) return
    const { url = '' } = request
    if (url === '/v1/agent/stream') {
      fake.hellos.push(AgentHello.parse(JSON.parse(body)))
      fake.streams.push(response)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      const at_ms = systemClock.now()
      const welcome = { kind: 'welcome', protocol: 1, version: '1.0.0', at_ms, topology }
      response.write(`${JSON.stringify(welcome)}\n`)
    } else if (url === '/v1/agent/report') {
      const report = AgentReport.parse(JSON.parse(body))
      fake.reports.push(report)
      fake.receipts.push(...report.receipts)
      response.writeHead(204).end()
    } else {
      const hash = url.replace('/v1/files/', '')
      fake.asked.push(hash)
      const bytes = fake.files.get(hash)
      if (bytes) response.end(bytes)
      else response.writeHead(404).end()
    }
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(fake, {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: (message: object) => fake.streams.at(-1)?.write(`${JSON.stringify(message)}\n`),
    put(files: ReadonlyMap<string, Uint8Array>) {
      for (const bytes of files.values()) fake.files.set(sha256(bytes), bytes)
    },
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

export type TestAgent = AsyncDisposable & {
  readonly agent: Agent
  readonly shelf: Shelf
  readonly dir: string
  /** Revisions that were applied. */
  readonly applied: number[]
  readonly lists: Parameters<AgentContext['onLists']>[]
  readonly logged: string[]
  readonly renewed: string[]
}

export type TestAgentOptions = {
  readonly clock?: Clock
  readonly dir?: string
  readonly apply?: (shelved: Shelved, usual: () => void) => Promise<void>
  readonly local_policy_server?: string
  readonly hlc?: HybridClock
}

export function testAgent(policy_servers: string[], options: TestAgentOptions = {}): TestAgent {
  const dir = options.dir ?? mkdtempSync(join(root, 'shelf-'))
  const shelf = openShelf(dir, () => cluster.trust)
  let enforced: SignedBundle | undefined = shelf.active()?.bundle
  const seen = {
    applied: [] as number[],
    lists: [] as Parameters<AgentContext['onLists']>[],
    logged: [] as string[],
    renewed: [] as string[],
  }
  const context: AgentContext = {
    identity: () => ({ ...identity, policy_servers }),
    version: '1.0.0',
    address: '127.0.0.1',
    shelf,
    boot_id: '33333333-3333-4333-8333-333333333333',
    ...(options.hlc && { hlc: options.hlc }),
    ...(options.local_policy_server ? { local_policy_server: options.local_policy_server } : {}),
    async apply(shelved) {
      const usual = () => {
        shelf.activate(shelved.bundle)
        enforced = shelved.bundle
        seen.applied.push(shelved.bundle.head.revision)
      }
      await (options.apply ? options.apply(shelved, usual) : usual())
    },
    enforced: () => (enforced ? { id: enforced.id, revision: enforced.head.revision } : null),
    counters: () => ({ requests: 1, blocked: 0, errors: 0 }),
    onLists: (...given) => seen.lists.push(given),
    onTopology() {},
    async renew(server) {
      seen.renewed.push(server)
    },
  }
  const log: Log = {
    ...silentLog,
    event: (name) => seen.logged.push(name),
    trouble: (name) => seen.logged.push(name),
  }
  const stop = new AbortController().signal
  const clock = options.clock ?? systemClock
  const agent = startAgent(context, { clock, log, metrics: prometheusMetrics(), stop })
  return { ...seen, agent, shelf, dir, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
}

/** Resolves when it is so; `each` is done between two looks. */
export async function until(is_so: () => unknown, each?: () => Promise<unknown>): Promise<void> {
  const end = systemClock.elapsed() + 30_000
  while (!is_so()) {
    if (systemClock.elapsed() > end) throw new Error(`never came: ${is_so}`)
    await each?.()
    await turn()
  }
}

/** Commits, and says so on the newest line. */
export function offer(
  server: FakeServer,
  revision: number,
  text = `policy ${revision}`,
): SignedBundle {
  const files = testFiles(text)
  server.put(files)
  const bundle = cluster.commit(revision, files)
  server.say({ kind: 'bundle', bundle })
  return bundle
}

/** Resolves when so many lines were opened. */
export async function connected(server: FakeServer, lines = 1): Promise<void> {
  await until(() => server.streams.length >= lines)
}
