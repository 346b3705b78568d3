/** A real policy service on an embedded database in a directory of its own, for tests; and raw calls to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { uuidv7 } from '#base/id.ts'
import { jsonLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import { Site } from '#model/site.ts'
import type { Role } from '#model/user.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { passwords } from '#parts/identity/passwords.ts'
import type { Database } from '#parts/records/database.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { unforced } from '#parts/records/records.support.ts'
import { createUser } from '#parts/records/users.ts'
import type { ClusterDesk } from './handler.ts'
import { type Policy, startPolicy } from './service.ts'
import { PolicySettings } from './settings.ts'

export type TestWorld = World & {
  /** Turns the wall clock forward; timers stay real. */
  advance(ms: number): void
  readonly lines: string[]
  end(): void
}

export function testWorld(): TestWorld {
  let ahead_ms = 0
  const stop = new AbortController()
  const lines: string[] = []
  return {
    clock: { ...systemClock, now: () => Date.now() + ahead_ms },
    log: jsonLog('detail', (line) => {
      // A handler that tells the activity log a secret has a bug: the call fails.
      if (line.includes('activity.secret_left_out')) throw new Error(line)
      lines.push(line)
    }),
    metrics: prometheusMetrics(),
    stop: stop.signal,
    advance(ms) {
      ahead_ms += ms
    },
    lines,
    end: () => stop.abort(),
  }
}

export const shop = Site.parse({
  name: 'shop',
  hosts: ['shop.example'],
  upstreams: [{ url: 'http://127.0.0.1:3000' }, { url: 'http://127.0.0.1:3001', backup: true }],
})

/** A cluster of one policy server, without a notifier; `nudges` are the changes that it would have been told of. */
export async function testCluster(
  dir: string,
): Promise<ClusterDesk & { readonly nudges: string[] }> {
  const founder = { name: 'a', roles: ['policy' as const], policy_servers: [], analytics: [] }
  const { authority } = await foundCluster(join(dir, 'identity'), founder, Date.now())
  const nudges: string[] = []
  return {
    authority,
    nudges,
    kept_dir: join(dir, 'rules'),
    cluster_address: () => '127.0.0.1:12346',
    nodes: async () => [],
    rollout: async () => null,
    onCommitted: () => void nudges.push('committed'),
    onListsChanged: () => void nudges.push('lists'),
    onNodesChanged: () => void nudges.push('nodes'),
    resumeRollout: async () => void nudges.push('resume'),
  }
}

export type TestPolicy = AsyncDisposable & {
  readonly policy: Policy
  readonly database: Database
  readonly cluster: Awaited<ReturnType<typeof testCluster>>
  readonly dir: string
  readonly world: TestWorld
  readonly socket_path: string
  /** A raw call with a Host that is right, unless headers say otherwise. */
  ask(key: string, options?: AskOptions): Promise<Asked>
  /** A user with this role and password `correct horse battery`. */
  addUser(username: string, role: Role): Promise<void>
  login(username: string, password?: string): Promise<Login>
  /** Stops the service and starts it again on the same data. */
  restart(): Promise<void>
}

export type Login = { readonly cookie: string; readonly csrf_token: string; readonly asked: Asked }

export const password = 'correct horse battery'

export async function testPolicy(
  settings: Partial<Record<keyof PolicySettings, unknown>> = {},
  options: {
    readonly console_dir?: string
    readonly sites?: readonly Site[]
    /** Of another one: to make a database takes seconds. */
    readonly database?: Database
    /** What the notifier would tell. */
    readonly nodes?: ClusterDesk['nodes']
  } = {},
): Promise<TestPolicy> {
  await using rising = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-policy-'))
  rising.defer(() => rm(dir, { recursive: true, force: true }))
  const world = testWorld()
  const database =
    options.database ?? unforced(rising.use(await openPrepared(join(dir, 'db'), world)))
  const cluster = await testCluster(dir)
  const start = () =>
    startPolicy(
      PolicySettings.parse({ listen: '127.0.0.1:0', ...settings }),
      {
        ...cluster,
        ...(options.nodes ? { nodes: options.nodes } : {}),
        database,
        sites: () => options.sites ?? [shop],
        state_dir: dir,
        console_dir: options.console_dir ?? join(dir, 'console'),
        node: 'a',
        version: '0.0.1',
        database_label: 'embedded',
      },
      world,
    )
  let policy = await start()
  rising.defer(async () => {
    world.end()
    await policy[Symbol.asyncDispose]()
  })
  const ask: TestPolicy['ask'] = (key, asked) => askAt(policy.url, key, asked)
  const closing = rising.move()
  return {
    get policy() {
      return policy
    },
    database,
    cluster,
    dir,
    world,
    socket_path: join(dir, 'gatehouse.sock'),
    ask,
    async addUser(username, role) {
      const now = world.clock.now()
      await createUser(database, {
        id: uuidv7(now),
        username,
        role,
        password_hash: await passwords().hash(password),
        must_change_password: false,
        created_at: new Date(now).toISOString(),
      })
    },
    async login(username, secret = password) {
      const asked = await ask('POST /api/v1/session', { json: { username, password: secret } })
      const cookie = asked.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
      const { csrf_token = '' } = asked.json as { csrf_token?: string }
      return { cookie, csrf_token, asked }
    },
    async restart() {
      await policy[Symbol.asyncDispose]()
      policy = await start()
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

export type AskOptions = {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: string
  readonly as?: Pick<Login, 'cookie' | 'csrf_token'>
  /** A bearer token. */
  readonly bearer?: string
  readonly socketPath?: string
  /** Address that the call comes from. */
  readonly localAddress?: string
}

export type Asked = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Undefined when the answer is not JSON. */
  readonly json: unknown
}

/** `key` is `METHOD /path`. */
export function askAt(url: string, key: string, options: AskOptions = {}): Promise<Asked> {
  const [method = '', path = ''] = key.split(' ')
  const body = options.json === undefined ? options.body : JSON.stringify(options.json)
  const headers = {
    ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
    // Node frames the body of a DELETE only when it is told its length.
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...(options.as ? { cookie: options.as.cookie, 'x-csrf-token': options.as.csrf_token } : {}),
    ...(options.bearer ? { authorization: `Bearer ${options.bearer}` } : {}),
    ...options.headers,
  }
  const send = url.startsWith('https:') ? tlsRequest : request
  return new Promise((resolve, reject) => {
    const outgoing = send(
      new URL(path, url),
      {
        method,
        headers,
        agent: false,
        rejectUnauthorized: false,
        ...(options.socketPath ? { socketPath: options.socketPath } : {}),
        ...(options.localAddress ? { localAddress: options.localAddress } : {}),
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => {
          text += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => {
          const is_json = /\bjson\b/.test(incoming.headers['content-type'] ?? '')
          const json: unknown = is_json && !text.includes('}\n{') ? JSON.parse(text) : undefined
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
