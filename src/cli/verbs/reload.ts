/** `gatehouse reload`: apply changed settings and rules to the running Gatehouse. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { invalidSettings } from '#base/settings.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { nodeStatus } from '../local.ts'
import type { Output } from '../output.ts'
import { loadSettings, type Settings, settingsFile } from '../settings.ts'
import { pidFile } from '../supervisor/pid-file.ts'

export function reload(program: Command, output: Output): void {
  program
    .command('reload')
    .description('apply changed settings and rules without losing a request')
    .addHelpText('after', '\nExamples:\n  gatehouse reload\n  gatehouse check && gatehouse reload')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ settings?: string; json?: boolean }>()
      const result = loadSettings(settingsFile(options.settings))
      if (result.kind === 'invalid') throw invalidSettings(result.problems)
      const { loadPolicy } = await import('../policy.ts')
      const { bundle } = loadPolicy(result.data)
      const file = pidFile(result.data.state_dir)
      const sent_at = systemClock.now()
      let pid: number
      try {
        pid = Number(readFileSync(file, 'utf8'))
        process.kill(pid, 'SIGHUP')
      } catch (cause) {
        throw cliFaults.not_running({ why: `no running process is named in ${file}` }, { cause })
      }
      const is_in_force = await inForce(result.data, bundle, sent_at)
      if (options.json) output.json({ pid, bundle, is_in_force })
      else if (is_in_force) output.line(`bundle ${bundle} is in force`)
      if (is_in_force) return
      output.note(
        `bundle ${bundle} is not in force after ${wait_ms / 1000} s: the log of process ${pid} says why`,
      )
      throw new Exit(exit.failed)
    })
}

const wait_ms = 30_000

/** Asks until the running process has applied the bundle after `since_ms`, at most `wait_ms` long. */
async function inForce(settings: Settings, bundle: string, since_ms: number): Promise<boolean> {
  const end = systemClock.elapsed() + wait_ms
  while (systemClock.elapsed() < end) {
    const now = await nodeStatus(settings)
    if (now.bundle === bundle && Date.parse(now.bundle_applied_at) >= since_ms) return true
    await systemClock.sleep(100)
  }
  return false
}
