/** `gatehouse reload`: apply changed settings and rules to the running Gatehouse. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { invalidSettings } from '#base/settings.ts'
import type { NodeStatus } from '#model/node.ts'
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
      loadPolicy(result.data)
      const file = pidFile(result.data.state_dir)
      const sent_at = systemClock.now()
      let pid: number
      try {
        pid = Number(readFileSync(file, 'utf8'))
        process.kill(pid, 'SIGHUP')
      } catch (cause) {
        throw cliFaults.not_running({ why: `no running process is named in ${file}` }, { cause })
      }
      const now = await reloaded(result.data, sent_at)
      const last = now?.last_reload ?? undefined
      if (options.json) output.json({ pid, bundle: now?.bundle ?? null, reload: last ?? null })
      if (now === undefined) {
        output.note(`no answer after ${wait_ms / 1000} s: the log of process ${pid} says why`)
        throw new Exit(exit.failed)
      }
      if (last?.is_done !== true) {
        output.note(last?.message ?? 'refused')
        throw new Exit(exit.failed)
      }
      if (!options.json) output.line(`bundle ${now.bundle} is in force`)
    })
}

const wait_ms = 60_000

/** Asks until the running process has reloaded after `since_ms`, done or refused, at most `wait_ms` long. */
async function reloaded(settings: Settings, since_ms: number): Promise<NodeStatus | undefined> {
  const end = systemClock.elapsed() + wait_ms
  while (systemClock.elapsed() < end) {
    const now = await nodeStatus(settings)
    if (now.last_reload && Date.parse(now.last_reload.at) >= since_ms) return now
    await systemClock.sleep(100)
  }
  return undefined
}
