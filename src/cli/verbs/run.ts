/** `gatehouse run`: start and stay in the foreground. */
import type { Command } from 'commander'
import { invalidSettings } from '#base/settings.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { isConsoleBuilt } from '../console-dir.ts'
import type { Output } from '../output.ts'
import { loadSettings, otherName, type Settings, settingsFile } from '../settings.ts'
import { mainFile, realWorld } from '../world.ts'

export function run(program: Command, output: Output): void {
  program
    .command('run')
    .description('start with a settings file and stay in the foreground')
    .addHelpText(
      'after',
      `
Signals: HUP reloads sites and rules without losing a request; TERM and INT finish requests under way, then stop.

Examples:
  gatehouse run
  gatehouse run --settings /etc/gatehouse/gatehouse.yaml`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { settings: asked } = command.optsWithGlobals<{ settings?: string }>()
      const file = settingsFile(asked)
      const result = loadSettings(file)
      if (result.kind === 'invalid') throw invalidSettings(result.problems)
      await runUntilStopped(file, result.data, output)
    })
}

/** Starts, tells where things are, and resolves when stopped by a signal. */
export async function runUntilStopped(
  file: string,
  settings: Settings,
  output: Output,
): Promise<void> {
  // Loaded here, so that the other verbs start without it.
  const { supervise } = await import('../supervisor.ts')
  process.title = 'gatehouse'
  const stopping = new AbortController()
  const world = realWorld(settings.log, stopping.signal)
  const running = await supervise(mainFile, file, settings, world)
  const renamed = otherName(settings.node, running.identity.name)
  if (renamed) output.note(`warning: ${renamed}`)
  if (running.office === undefined) announceNode(running.identity, output)
  else running.office.then((office) => announce(settings, office, output))
  process.on('SIGHUP', () => void running.reload())
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (stopping.signal.aborted) process.exit(1)
        running.log.event('gatehouse.stopping', { signal })
        stopping.abort()
        resolve()
      })
    }
  })
  await running.stop()
  world.log.event('gatehouse.stopped')
  process.exit(0)
}

/** A node without console: what it does and for whom. */
function announceNode({ name, roles, policy_servers }: NodeIdentity, output: Output): void {
  const { bold } = output.colors
  output.note('')
  output.note(`  ${bold('Node')}     ${name} (${roles.join(', ')})`)
  output.note(`  ${bold('Policy')}   from ${policy_servers.join(', ')}`)
  output.note(`  ${bold('Try')}      gatehouse status`)
  output.note('')
}

type Office = {
  readonly url: string
  readonly first_login?: { username: string; password: string }
}

function announce(settings: Settings, office: Office, output: Output): void {
  const { bold } = output.colors
  output.note('')
  for (const site of settings.sites) {
    const listeners = settings.edge.listen.map((l) => `${l.tls ? 'https' : 'http'} on ${l.address}`)
    output.note(
      `  ${bold('Site')}     ${site.hosts.join(', ')} (${site.mode}), ${listeners.join(', ')}`,
    )
  }
  output.note(`  ${bold('Console')}  ${office.url}`)
  if (!isConsoleBuilt())
    output.note('           it is not built yet, the API is there: npm run console:build')
  if (office.first_login) {
    const { username, password } = office.first_login
    output.note(
      `  ${bold('Login')}    ${username} / ${password}   (until you choose your own at the first login)`,
    )
  }
  output.note(`  ${bold('Try')}      gatehouse test attack`)
  output.note('')
}
