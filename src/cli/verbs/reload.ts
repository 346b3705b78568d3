/** `gatehouse reload`: apply changed settings and rules to the running Gatehouse. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { invalidSettings } from '#base/settings.ts'
import { cliFaults } from '../faults.ts'
import type { Output } from '../output.ts'
import { loadSettings, settingsFile } from '../settings.ts'
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
      let pid: number
      try {
        pid = Number(readFileSync(file, 'utf8'))
        process.kill(pid, 'SIGHUP')
      } catch (cause) {
        throw cliFaults.not_running({ why: `no running process is named in ${file}` }, { cause })
      }
      if (options.json) output.json({ pid, bundle })
      else
        output.line(
          `told process ${pid} to load bundle ${bundle}; gatehouse status shows when it is in force`,
        )
    })
}
