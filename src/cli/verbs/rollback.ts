/** `gatehouse rollback`: commits an earlier version again. */
import type { Command } from 'commander'
import { printDiff } from '../diff-lines.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { revisionOf } from '../policy-words.ts'
import { addWaitOptions, finish, tellCommit, type WaitOptions, waitOf } from '../publishing.ts'

type Options = GlobalOptions & WaitOptions & { readonly message: string; readonly yes?: true }

export function rollback(program: Command, output: Output): void {
  const verb = program
    .command('rollback')
    .description('commit an earlier version again, as a new revision')
    .argument('<revision>', 'from gatehouse history')
    .option('-m, --message <note>', 'note for the history', '')
    .option('--yes', 'really; without it, only what would change is shown')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse rollback 11
  gatehouse rollback 11 -m 'checkout was blocked' --yes`,
    )
  addWaitOptions(verb).action(async (text: string, _options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const revision = revisionOf(text)
    const timeout_ms = waitOf(options)
    const { settings } = settingsOf(command)
    await onPolicyServer(
      settings,
      async (api) => {
        if (!options.yes) {
          const query = { to: String(revision) }
          const diff = await api.call('GET /api/v1/policy/diff', { query })
          if (options.json) output.json({ is_done: false, diff })
          else printDiff(diff, output)
          throw cliFaults.usage({
            why:
              diff.changes.length === 0
                ? `Nothing to roll back: revision ${diff.from} is the same as ${revision}; --yes commits it all the same`
                : `Nothing was changed: add --yes to commit revision ${revision} again, over revision ${diff.from}`,
          })
        }
        const body = { revision, message: options.message }
        const commit = await api.call('POST /api/v1/policy/rollback', { body })
        tellCommit(commit, options, output)
        await finish(api, commit, timeout_ms, options, output)
      },
      { timeout_ms: 300_000 },
    )
  })
}
