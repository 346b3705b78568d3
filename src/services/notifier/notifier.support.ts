/** A policy server's notifier on an embedded database, commits for it, and agents that speak to it over real TLS. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request as tlsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HybridClock, hybridClock } from '#base/hybrid-clock.ts'
import { uuidv7 } from '#base/id.ts'
import { jsonLog } from '#base/log.ts'
import type { World } from '#base/service.ts'
import type { SignedBundle } from '#model/bundle.ts'
import type { AgentHello, AgentReport, Receipt, ToAgent } from '#model/cluster.ts'
import type { NodeRole } from '#model/node-role.ts'
import { Policy } from '#model/policy.ts'
import { packBundle } from '#parts/bundle/bundle.ts'
import { type Authority, foundCluster } from '#parts/identity/authority.ts'
import { joinCluster } from '#parts/identity/join.ts'
import { clientTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { newToken, tokenHash } from '#parts/identity/tokens.ts'
import { insertCommit, newestCommit } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { recordsFaults } from '#parts/records/faults.ts'
import { createInvite } from '#parts/records/invites.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { testWorld, unforced } from '#parts/records/records.support.ts'
import type { Rollback } from './rollouts.ts'
import { type Notifier, type NotifierContext, startNotifier } from './service.ts'

export type TestCluster = AsyncDisposable & {
  readonly notifier: Notifier
  readonly database: Database
  readonly identity: NodeIdentity
  readonly authority: Authority
  readonly hlc: HybridClock
  readonly dir: string
  readonly lines: string[]
  readonly rollbacks: Rollback[]
  /** Its calls fail from now on, or work again. */
  takeDatabaseAway(is_away: boolean): void
  restart(): Promise<void>
  /** A token for one node. */
  invite(words?: { roles?: NodeRole[]; ttl_s?: number; group?: string }): Promise<string>
  joinNode(name: string, token?: string): Promise<NodeIdentity>
  /** Commits a policy; `text` makes its content. */
  commit(text: string, rollout?: Record<string, unknown>, revision?: number): Promise<SignedBundle>
}

export async function testCluster(): Promise<TestCluster> {
  await using rising = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-notifier-'))
  rising.defer(() => rm(dir, { recursive: true, force: true }))
  const lines: string[] = []
  const world: World = { ...testWorld(), log: jsonLog('event', (text) => lines.push(text)) }
  const now_ms = world.clock.now()
  const founder = {
    name: 'policy-1',
    roles: ['policy', 'edge'] as NodeRole[],
    policy_servers: ['127.0.0.1:12346'],
    analytics: ['127.0.0.1:3313'],
  }
  const { identity, authority } = await foundCluster(join(dir, 'identity'), founder, now_ms)
  const real = unforced(rising.use(await openPrepared(join(dir, 'db'), world)))
  let is_away = false
  const database: Database = {
    ...real,
    get kysely() {
      if (is_away) throw recordsFaults.unavailable({ why: 'the test says so' })
      return real.kysely
    },
  }
  const rollbacks: TestCluster['rollbacks'] = []
  const hlc = hybridClock(world.clock)
  const context: NotifierContext = {
    ...{ database, authority, version: '0.2.0', hlc },
    identity: () => identity,
    rollback: async (wanted) => void rollbacks.push(wanted),
  }
  const start = () => startNotifier({ listen: '127.0.0.1:0' }, context, world)
  let notifier = await start()
  rising.defer(() => notifier[Symbol.asyncDispose]())
  const invite: TestCluster['invite'] = async (words = {}) => {
    const token = newToken()
    const created_ms = world.clock.now()
    await createInvite(database, {
      id: uuidv7(created_ms),
      token_hash: tokenHash(token),
      roles: words.roles ?? ['edge'],
      group: words.group ?? '',
      created_by: 'vera',
      created_at: new Date(created_ms).toISOString(),
      expires_at: new Date(created_ms + (words.ttl_s ?? 900) * 1000).toISOString(),
    })
    return token
  }
  const closing = rising.move()
  return {
    get notifier() {
      return notifier
    },
    ...{ hlc, dir, database, identity, authority, lines, rollbacks, invite },
    takeDatabaseAway(now_away) {
      is_away = now_away
    },
    async restart() {
      await notifier[Symbol.asyncDispose]()
      notifier = await start()
    },
    async joinNode(name, token) {
      const { answer, key } = await joinCluster({
        server: notifier.address,
        token: token ?? (await invite()),
        pin: authority.pin,
        name,
        version: '0.2.0',
      })
      return { ...answer, key }
    },
    async commit(text, rollout = {}, revision) {
      const head = (await newestCommit(database))?.bundle.head.revision ?? 0
      const document = Policy.encode(Policy.parse({ rollout }))
      const bytes = Buffer.from(text)
      const packed = packBundle(
        new Map([['policy.json', bytes]]),
        {
          cluster_id: identity.cluster_id,
          revision: revision ?? head + 1,
          author: 'vera',
          message: '',
          committed_at: new Date(world.clock.now()).toISOString(),
        },
        authority.signing,
      )
      const stored = { bundle: packed, document, changes: 1 }
      const is_stored = await insertCommit(
        database,
        stored,
        new Map([['policy.json', bytes]]),
        head,
      )
      if (!is_stored) throw new Error('somebody else was first')
      notifier.onCommitted()
      return packed
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** An agent without a shelf: takes what it is told, and answers when the test says so. */
export type TestAgent = AsyncDisposable & {
  readonly heard: ToAgent[]
  /** The next message of this kind that comes, or came and was not asked for. */
  next<K extends ToAgent['kind']>(kind: K): Promise<Extract<ToAgent, { kind: K }>>
  readonly status: number
  readonly problem: { code?: string; detail?: string }
  readonly is_open: boolean
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>
  report(words?: Partial<AgentReport>): Promise<number>
  apply(bundle: SignedBundle): Promise<number>
  refuse(bundle: SignedBundle): Promise<number>
}

export async function testAgent(
  address: string,
  identity: NodeIdentity,
  words: Partial<AgentHello> = {},
): Promise<TestAgent> {
  const agent = new Agent({ keepAlive: true, ...clientTls(identity) })
  const hello: AgentHello = {
    version: '0.2.0',
    protocol: { current: 1, oldest: 1 },
    boot_id: randomUUID(),
    address: '127.0.0.1',
    bundle: null,
    revision_floor: 0,
    lists_revision: 0,
    at_ms: Date.now(),
    ...words,
  }
  const heard: ToAgent[] = []
  const waiting: (() => void)[] = []
  let bundle = hello.bundle
  const gone = Promise.withResolvers<void>()
  let is_open = true
  const opened = await new Promise<{ status: number; problem: { code?: string } }>(
    (resolve, reject) => {
      const outgoing = ask(address, agent, 'POST /v1/agent/stream', (incoming) => {
        let text = ''
        const status = incoming.statusCode ?? 0
        if (status === 200) resolve({ status, problem: {} })
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
          if (status !== 200) return
          const lines = text.split('\n')
          text = lines.pop() ?? ''
          for (const line of lines) heard.push(JSON.parse(line) as ToAgent)
          for (const look of waiting.splice(0)) look()
        })
        incoming.on('error', () => {})
        incoming.on('close', () => {
          is_open = false
          if (status !== 200) resolve({ status, problem: JSON.parse(text) as { code?: string } })
          gone.resolve()
        })
      })
      outgoing.on('error', reject)
      outgoing.end(JSON.stringify(hello))
    },
  )
  let taken = 0
  const report: TestAgent['report'] = (more = {}) =>
    post(address, agent, 'POST /v1/agent/report', {
      boot_id: hello.boot_id,
      at_ms: Date.now(),
      committing: 'stable',
      bundle,
      lists_revision: 0,
      receipts: [],
      counters: { requests: 0, blocked: 0, errors: 0 },
      ...more,
    })
  const receipt = (of: SignedBundle, result: Receipt['result']): Receipt => ({
    bundle: of.id,
    revision: of.head.revision,
    result,
    took_ms: 12,
    code: result === 'refused' ? 'waf.bad_rule' : '',
    message: result === 'refused' ? 'Cannot compile rule 7' : '',
  })
  return {
    ...opened,
    heard,
    get is_open() {
      return is_open
    },
    ended: gone.promise,
    async next(kind) {
      for (;;) {
        const found = heard.findIndex((one, i) => i >= taken && one.kind === kind)
        const message = heard[found]
        if (message) {
          if (kind !== 'nodes' && kind !== 'lists') taken = found + 1
          else heard.splice(found, 1)
          return message as Extract<ToAgent, { kind: typeof kind }>
        }
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    report,
    apply(of) {
      bundle = { id: of.id, revision: of.head.revision }
      return report({ bundle, receipts: [receipt(of, 'applied')] })
    },
    refuse: (of) => report({ receipts: [receipt(of, 'refused')] }),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      if (opened.status === 200) await gone.promise
    },
  }
}

export function post(address: string, agent: Agent, key: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = ask(address, agent, key, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(body))
  })
}

function ask(
  address: string,
  agent: Agent,
  key: string,
  answered: (incoming: IncomingMessage) => void,
) {
  const [method = '', path = ''] = key.split(' ')
  const [host = '', port = ''] = address.split(':')
  const headers = { 'content-type': 'application/json' }
  return tlsRequest({ host, port, method, path, agent, headers }, answered)
}

/** A call with or without a certificate; answers status and body. */
export function call(
  address: string,
  tls: Record<string, unknown>,
  key: string,
  body?: unknown,
): Promise<{ status: number; text: string; code: string }> {
  const agent = new Agent({ rejectUnauthorized: false, ...tls })
  return new Promise((resolve, reject) => {
    const outgoing = ask(address, agent, key, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      incoming.on('end', () => {
        agent.destroy()
        const is_json = /json/.test(incoming.headers['content-type'] ?? '')
        const { code = '' } = is_json ? (JSON.parse(text) as { code?: string }) : {}
        resolve({ status: incoming.statusCode ?? 0, text, code })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
