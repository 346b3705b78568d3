/** Inside the office: the database and the services that share it. */
import { fileURLToPath } from 'node:url'
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { openDatabase } from '#parts/records/database.ts'
import { startAnalytics } from '#services/analytics/service.ts'
import { startPolicy } from '#services/policy/service.ts'
import { databaseOf, type Settings } from '../settings.ts'
import type { FirstLogin, FromOffice, ToOffice } from './messages.ts'

const console_dir = fileURLToPath(new URL('../../../console/dist', import.meta.url))

/** Runs until told to stop or until the supervisor is gone. */
export async function runOfficeProcess(world: World): Promise<void> {
  const tell = (message: FromOffice): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const done = Promise.withResolvers<void>()
  let sites: Settings['sites'] = []
  let office: Office | undefined
  process.on('disconnect', () => done.resolve())
  process.on('message', async (message: ToOffice) => {
    if (message.kind === 'stop') done.resolve()
    else if (message.kind === 'sites') sites = message.sites
    else if (message.kind === 'start') {
      sites = message.settings.sites
      try {
        office = await open(message.settings, message.version, () => sites, world)
        tell({
          kind: 'ready',
          url: office.url,
          ...(office.first_login && { first_login: office.first_login }),
        })
      } catch (error) {
        const code = error instanceof Fault ? error.code : 'bug'
        if (code === 'bug') world.log.trouble('office.not_started', error)
        tell({ kind: 'failed', code, message: messageOf(error) })
        process.exitCode = 1
        done.resolve()
      }
    }
  })
  await done.promise
  await office?.[Symbol.asyncDispose]()
}

type Office = AsyncDisposable & { readonly url: string; readonly first_login?: FirstLogin }

async function open(
  settings: Settings,
  version: string,
  sites: () => Settings['sites'],
  world: World,
): Promise<Office> {
  await using rising = new AsyncDisposableStack()
  const target = databaseOf(settings)
  const database = rising.use(await openDatabase(target, world))
  rising.use(await startAnalytics(settings.analytics, { database }, world))
  const policy = rising.use(
    await startPolicy(
      settings.policy,
      {
        database,
        sites,
        state_dir: settings.state_dir,
        console_dir,
        node: settings.node,
        version,
        database_label: target.kind === 'embedded' ? 'embedded (PGlite)' : 'PostgreSQL',
      },
      world,
    ),
  )
  const opened = rising.move()
  const { url, first_login } = policy
  return {
    url,
    ...(first_login && { first_login }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
