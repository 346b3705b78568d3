/** Analytics: takes what edges recorded, makes attacks of hits, keeps both. Executes nothing that it is sent. */
import type { Running, World } from '#base/service.ts'
import { NodeStatus } from '#model/node.ts'
import type { Policy } from '#model/policy.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import type { Revocations } from '#parts/identity/revocations.ts'
import type { Database } from '#parts/records/database.ts'
import { saveNodeStatus } from '#parts/records/nodes.ts'
import { expiry } from './expiry.ts'
import { exports } from './exports.ts'
import { analyticsFaults } from './faults.ts'
import { jails } from './jails.ts'
import { takeBatch } from './pipeline.ts'
import { retention } from './retention.ts'
import { answerCalls } from './server/answer.ts'
import { demandOwn, doorman } from './server/doorman.ts'
import { listen } from './server/listen.ts'
import type { AnalyticsSettings } from './settings.ts'
import { sentence } from './steps/check.ts'
import { conclusions } from './steps/conclude.ts'

export type AnalyticsContext = {
  readonly database: Database
  /** Ours: newer edges are sent away. Undefined takes all, for tests. */
  readonly version?: string
  /** With it the port is TLS 1.3 for nodes of the cluster, each of which speaks for itself; without it only loopback. */
  readonly tls?: {
    identity(): NodeIdentity
    readonly revocations: Pick<Revocations, 'has' | 'watch'>
  }
  /** What is in force, for its jails; left out: nobody is banned. */
  policy?(): Policy | undefined
  /** Networks of proxies that edges trust, which no jail bans. */
  trusted_proxies?(): readonly string[]
  /** A nudge: IP lists are others now. */
  onListsChanged?(): void
}

/**
 * `POST /v1/records` takes an `IntakeBatch` and answers an `IntakeAnswer`; `POST /v1/status` takes a `NodeStatus` and
 * answers 204; both answer 503 with Retry-After while the database is away.
 * @throws analytics.cannot_listen, analytics.tls_needed, analytics.export_unreadable
 */
export async function startAnalytics(
  settings: AnalyticsSettings,
  context: AnalyticsContext,
  world: World,
): Promise<Running & { readonly address: string }> {
  await using rising = new AsyncDisposableStack()
  const { database, tls } = context
  const onListsChanged = () => context.onListsChanged?.()
  const prison = rising.use(
    jails(
      {
        database,
        policy: () => context.policy?.(),
        trusted_proxies: () => context.trusted_proxies?.() ?? [],
        onListsChanged,
      },
      world,
    ),
  )
  const tools = {
    database,
    onNewHits: prison.see,
    gap_ms: settings.attack_gap,
    conclusions: conclusions(world.log, world.metrics),
    clock: world.clock,
  }
  const listener = answerCalls(
    {
      '/v1/records': (body, sender) => takeBatch(body, tools, (node) => demandOwn(sender, node)),
      '/v1/status': async (body, sender) => {
        const status = NodeStatus.safeParse(body)
        if (!status.success) throw analyticsFaults.wrong_shape({ why: sentence(status.error) })
        demandOwn(sender, status.data.node)
        await saveNodeStatus(database, status.data)
        return undefined
      },
    },
    doorman(context.version, tls?.revocations, world.log),
    world.log,
  )
  rising.use(retention(settings, database, world))
  rising.use(expiry(database, onListsChanged, world))
  rising.use(exports(settings.export, database, world, tls?.identity().node_id))
  const server = rising.use(await listen(settings.listen, listener, world.clock, tls?.identity))
  world.log.event('analytics.started', { address: server.address })
  const closing = rising.move()
  return { address: server.address, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
