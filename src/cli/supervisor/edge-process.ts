/** Inside an edge worker: one edge, told by the supervisor when to start and when to finish. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { type Edge, startEdge } from '#services/edge/service.ts'
import { loadPolicy } from '../policy.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** Runs until drained or until the supervisor is gone; never returns before. */
export async function runEdgeProcess(world: World): Promise<void> {
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const done = Promise.withResolvers<void>()
  let edge: Edge | undefined
  process.on('message', async (message: ToWorker) => {
    if (message.kind === 'drain') {
      await edge?.drain(message.limit_ms)
      await edge?.[Symbol.asyncDispose]()
      done.resolve()
      return
    }
    try {
      edge = await start(message, world, tell)
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'bug'
      if (code === 'bug') world.log.trouble('worker.not_started', error)
      tell({ kind: 'failed', code, message: messageOf(error) })
      done.resolve()
    }
  })
  await done.promise
}

async function start(
  message: Extract<ToWorker, { kind: 'start' }>,
  world: World,
  tell: (message: FromWorker) => void,
): Promise<Edge> {
  const { settings, worker_id } = message
  const policy = loadPolicy(settings)
  policy.ruleset.warmUp()
  const spool_dir = join(settings.state_dir, 'spool', worker_id)
  mkdirSync(spool_dir, { recursive: true, mode: 0o700 })
  const edge = await startEdge(
    settings.edge,
    {
      node: settings.node,
      worker_id,
      spool_dir,
      policy,
      report: (report) => tell({ kind: 'report', report }),
      nudge: () => tell({ kind: 'nudge' }),
    },
    world,
  )
  const { bundle, rule_set, ruleset } = policy
  tell({ kind: 'ready', facts: { bundle, rule_set, rules: ruleset.rule_count } })
  return edge
}
