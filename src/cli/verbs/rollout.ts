/** `gatehouse rollout`: how the newest commit reaches the nodes. */
import type { Command } from 'commander'
import type { RolloutView } from '#model/draft.ts'
import { Exit, exit } from '../exit.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { waitOf } from '../publishing.ts'
import { rolledBack, rolloutLine, waitForRollout, waveLines } from '../rollout.ts'

type Options = GlobalOptions & {
  readonly watch?: true
  readonly resume?: true
  readonly timeout: string
}

export function rollout(program: Command, output: Output): void {
  program
    .command('rollout')
    .description('show how the newest commit reaches the nodes; exit code 1 when it was stopped')
    .option('--watch', 'wait until it is over')
    .option('--resume', 'go on with one that was stopped')
    .option('--timeout <duration>', 'with --watch: wait so long at most', '1h')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse rollout --watch\n  gatehouse rollout --resume --watch',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const timeout_ms = waitOf({ wait: options.watch === true, timeout: options.timeout })
      const { settings } = settingsOf(command)
      await onPolicyServer(settings, async (api) => {
        if (options.resume) await api.call('POST /api/v1/policy/rollout/resume')
        let { rollout: found } = await api.call('GET /api/v1/policy/rollout')
        if (found && options.watch)
          found = (await waitForRollout(api, found.revision, output, { timeout_ms })) ?? found
        // Of a roll-back what matters is what went wrong before it.
        const back = found
          ? await rolledBack(api, (one) => one.revision === found?.revision)
          : undefined
        if (options.json) output.json({ rollout: found, rolled_back: back ?? null })
        else if (found) print(found, output)
        else output.line('no roll-out is known yet')
        if (back && !options.json)
          output.line(
            `revision ${back.failed} was rolled back: ${back.why}\nthis is revision ${back.revision}, with what was in force before; gatehouse diff ${back.failed} shows what went`,
          )
        if (found?.state === 'stopped') throw new Exit(exit.failed)
      })
    })
}

function print(found: RolloutView, output: Output): void {
  const { bundle, state, why, waves } = found
  output.line(`${bundle}: ${state.replaceAll('_', ' ')}, ${rolloutLine(found)}: ${why}`)
  for (const wave of waves) for (const line of waveLines(wave)) output.line(line)
}
