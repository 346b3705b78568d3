/** The real policy service with console, API and an embedded database, filled with a week of attacks. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { jsonLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import { Site } from '#model/site.ts'
import type { Database } from '#parts/records/database.ts'
import { insertEvents } from '#parts/records/events.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { saveNodeStatus } from '#parts/records/nodes.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { insertRecorded } from '#parts/records/recorded-requests.ts'
import { type Policy, startPolicy } from '#services/policy/service.ts'
import { PolicySettings } from '#services/policy/settings.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventsOf } from './events.data.ts'
import { firstPolicy, recordedOf } from './policy.data.ts'
import { nextTraffic, nodeStatus, weekOfHits, weekOfTraffic } from './seed.ts'

const console_dir = join(import.meta.dirname, '../../console/dist')
const gap_ms = 3_600_000

export type ConsoleServer = AsyncDisposable & {
  readonly url: string
  readonly username: string
  /** Of the first login; the console asks for another one. */
  readonly password: string
  readonly database: Database
  readonly cluster: Cluster
  readonly policy: Policy
  /** State directory of the policy server. */
  readonly dir: string
  /** What the edge would have sent. */
  store(hits: readonly Hit[]): Promise<void>
  /** The policy service goes away, as by a crash; the database stays. */
  stop(): Promise<void>
}

export const sites = [
  {
    name: 'shop',
    hosts: ['shop.example', 'www.shop.example'],
    upstreams: [
      { url: 'http://10.0.0.21:3000' },
      { url: 'http://10.0.0.22:3000' },
      { url: 'http://10.0.0.29:3000', backup: true },
    ],
  },
  { name: 'blog', hosts: ['blog.example'], upstreams: [{ url: 'http://10.0.0.31:8080' }] },
  {
    name: 'intranet',
    hosts: ['intranet.example', '*.intranet.example'],
    path: '/',
    mode: 'monitor',
    on_fault: 'pass',
    upstreams: [{ url: 'https://10.0.0.41' }],
  },
] as const

type Options = {
  /** A gateway that has seen nothing and protects nothing yet. */
  readonly is_empty?: boolean
  /** False: a roll-out that goes wrong stops, and stays where it is. */
  readonly has_rollback?: boolean
}

export async function consoleServer(options: Options = {}): Promise<ConsoleServer> {
  if (!existsSync(join(console_dir, 'index.html'))) {
    throw new Error('The console is not built: run npm run console:build')
  }
  await using rising = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  rising.defer(() => rm(dir, { recursive: true, force: true }))
  const stop = new AbortController()
  const world: World = {
    clock: systemClock,
    log: jsonLog('trouble'),
    metrics: prometheusMetrics(),
    stop: stop.signal,
  }
  const database = rising.use(await openPrepared(join(dir, 'database'), world))
  if (!options.is_empty) rising.use(await fill(database))
  const cluster = rising.use(
    await openCluster(
      { dir, name: 'gw-a', database, has_rollback: options.has_rollback ?? true },
      world,
    ),
  )
  const running = rising.use(new AsyncDisposableStack())
  const policy = running.use(
    await startPolicy(
      PolicySettings.parse({ listen: '127.0.0.1:0' }),
      {
        ...cluster.desk,
        database,
        sites: () => (options.is_empty ? [] : sites.map((site) => Site.parse(site))),
        state_dir: dir,
        console_dir,
        node: 'gw-a',
        version: '0.1.0',
        database_label: 'embedded',
      },
      world,
    ),
  )
  rising.defer(() => stop.abort())
  cluster.rollback = async ({ revision, failed, message }) => {
    await policy.publish.rollbackTo(revision, message, 'gatehouse', failed)
  }
  if (!options.is_empty) {
    await policy.publish.applyFilePolicy({ sites, ...firstPolicy }, 'gatehouse.yaml')
    cluster.startOwn()
  }
  const login = policy.first_login
  if (!login) throw new Error('a new database must have a first login')
  const closing = rising.move()
  return {
    url: policy.url,
    ...login,
    ...{ database, cluster, policy, dir },
    store: (hits) =>
      store(
        database,
        hits.map((hit) => ({ kind: 'hit', hit })),
      ),
    stop: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** A week of records, and a node that goes on telling that it is well. */
async function fill(database: Database): Promise<Disposable> {
  const now_ms = Date.now()
  await store(database, weekOfTraffic(now_ms))
  await store(database, weekOfHits(now_ms))
  await saveNodeStatus(database, nodeStatus(now_ms))
  await insertRecorded(database, recordedOf(now_ms))
  await insertEvents(database, eventsOf(now_ms))
  return systemClock.every(2000, () => {
    const now_ms = Date.now()
    void saveNodeStatus(database, nodeStatus(now_ms))
    void store(database, nextTraffic(now_ms))
  })
}

async function store(database: Database, records: readonly IntakeRecord[]): Promise<void> {
  for (let i = 0; i < records.length; i += 1000) {
    await storeRecords(database, records.slice(i, i + 1000), { gap_ms })
  }
}
