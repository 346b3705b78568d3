/**
 * ★ `gatehouse run`: edge workers, their keeper and the office, from the first start to the last drained request.
 * The home of processes: node:cluster and fork are used in supervisor/ only.
 */
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '#base/service.ts'
import { invalidSettings } from '#base/settings.ts'
import { lockDirectory } from '#parts/host/directory-lock.ts'
import { startKeeper } from '#services/edge/keeper.ts'
import { supervisorFaults } from './faults.ts'
import { loadSettings, type Settings } from './settings.ts'
import { workerFlags } from './supervisor/child-environment.ts'
import type { FirstLogin } from './supervisor/messages.ts'
import { officeChild } from './supervisor/office-child.ts'
import { pidFile } from './supervisor/pid-file.ts'
import { type WorkerPool, workerPool } from './supervisor/worker-pool.ts'
import { version } from './version.ts'

export type Supervised = {
  /** Reads the settings file again and rolls the workers; on a fault the old ones stay, and the log says why. */
  reload(): Promise<void>
  /** Drains and ends everything. */
  stop(): Promise<void>
  /** Resolves when API and console answer. */
  readonly office: Promise<{ readonly url: string; readonly first_login?: FirstLogin }>
}

/** Starts everything; resolves when all edge workers take requests. Throws the fault that prevents it. */
export async function supervise(
  main: string,
  file: string,
  first: Settings,
  world: World,
): Promise<Supervised> {
  await using rising = new AsyncDisposableStack()
  const startid = randomUUID()
  await prepareState(first.state_dir, rising)
  cluster.setupPrimary({
    exec: main,
    args: [],
    execArgv: [...process.execArgv, ...workerFlags],
    silent: false,
  })
  cluster.schedulingPolicy = cluster.SCHED_RR

  let pool: WorkerPool | undefined
  const keeper = rising.use(
    await startKeeper(
      first.edge,
      {
        node: first.node,
        version,
        startid,
        spool_root: join(first.state_dir, 'spool'),
        analytics: `http://${first.analytics.listen}`,
        facts: () => ({
          ...(pool?.facts() ?? { bundle: '', rule_set: '', rules: 0, applied_at_ms: 0 }),
          workers: pool?.states() ?? [],
        }),
      },
      world,
    ),
  )
  const workers = workerPool(world, {
    onReport: (id, report) => keeper.onReport(id, report),
    onNudge: () => keeper.onNudge(),
    onGone: (id) => keeper.onWorkerGone(id),
  })
  pool = workers
  rising.defer(() => workers.drain(0))
  await workers.roll(first)
  const office = rising.use(officeChild(main, first, version, world))
  world.log.event('gatehouse.started', { version, node: first.node, ...workers.facts() })

  const opened = rising.move()
  let settings = first
  let rolling: Promise<void> = Promise.resolve()
  return {
    office: office.ready,
    reload() {
      rolling = rolling.then(async () => {
        try {
          settings = await reload(file, settings, workers, world)
          office.tellSites(settings.sites)
        } catch (error) {
          world.log.trouble('reload.refused', error)
        }
      })
      return rolling
    },
    async stop() {
      await rolling
      await workers.drain(settings.edge.timeouts.drain)
      await keeper.flush(2000)
      await opened.disposeAsync()
    },
  }
}

async function reload(
  file: string,
  old: Settings,
  workers: WorkerPool,
  world: World,
): Promise<Settings> {
  const result = loadSettings(file)
  if (result.kind === 'invalid') throw invalidSettings(result.problems)
  const next = result.data
  const fixed = ['node', 'state_dir', 'database', 'log', 'analytics', 'policy'] as const
  const changed: string[] = fixed.filter(
    (key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]),
  )
  if (next.edge.admin !== old.edge.admin) changed.push('edge.admin')
  if (changed.length > 0) {
    world.log.trouble(
      'reload.partial',
      supervisorFaults.needs_restart({ parts: changed.join(', ') }),
    )
  }
  const kept = Object.fromEntries(fixed.map((key) => [key, old[key]]))
  const effective: Settings = { ...next, ...kept }
  await workers.roll(effective)
  world.log.event('reload.done', { ...workers.facts() })
  return effective
}

/** Two supervisors on one directory would take each other's spool for left over. */
async function prepareState(state_dir: string, rising: AsyncDisposableStack): Promise<void> {
  for (const dir of ['spool', 'code']) {
    mkdirSync(join(state_dir, dir), { recursive: true, mode: 0o700 })
  }
  const locked = await lockDirectory(state_dir)
  if (!locked.is_held) throw supervisorFaults.in_use({ dir: state_dir, holder: locked.holder })
  rising.use(locked.lock)
  writeFileSync(pidFile(state_dir), `${process.pid}\n`)
  rising.defer(() => rmSync(pidFile(state_dir), { force: true }))
}
