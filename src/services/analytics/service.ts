/** Analytics: takes what edges recorded, makes attacks of hits, keeps both. Executes nothing that it is sent. */
import type { Running, World } from '#base/service.ts'
import { NodeStatus } from '#model/node.ts'
import type { Database } from '#parts/records/database.ts'
import { saveNodeStatus } from '#parts/records/nodes.ts'
import { analyticsFaults } from './faults.ts'
import { takeBatch } from './pipeline.ts'
import { retention } from './retention.ts'
import { answerCalls } from './server/answer.ts'
import { listen } from './server/listen.ts'
import type { AnalyticsSettings } from './settings.ts'
import { sentence } from './steps/check.ts'
import { conclusions } from './steps/conclude.ts'

/**
 * `POST /v1/records` takes an `IntakeBatch` and answers an `IntakeAnswer`; `POST /v1/status` takes a `NodeStatus` and
 * answers 204; both answer 503 with Retry-After while the database is away.
 * @throws analytics.cannot_listen
 */
export async function startAnalytics(
  settings: AnalyticsSettings,
  context: { readonly database: Database },
  world: World,
): Promise<Running & { readonly address: string }> {
  await using rising = new AsyncDisposableStack()
  const { database } = context
  const tools = {
    database,
    gap_ms: settings.attack_gap,
    conclusions: conclusions(world.log, world.metrics),
    clock: world.clock,
  }
  const listener = answerCalls(
    {
      '/v1/records': (body) => takeBatch(body, tools),
      '/v1/status': async (body) => {
        const status = NodeStatus.safeParse(body)
        if (!status.success) throw analyticsFaults.wrong_shape({ why: sentence(status.error) })
        await saveNodeStatus(database, status.data)
        return undefined
      },
    },
    world.log,
  )
  rising.use(retention(settings, database, world))
  const server = rising.use(await listen(settings.listen, listener, world.clock))
  world.log.event('analytics.started', { address: server.address })
  const closing = rising.move()
  return { address: server.address, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
