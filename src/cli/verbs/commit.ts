/** `gatehouse commit`: a draft becomes the policy of all nodes. */
import type { Command } from 'commander'
import { printDiff } from '../diff-lines.ts'
import { findDraft } from '../drafts.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { addWaitOptions, finish, tellCommit, type WaitOptions, waitOf } from '../publishing.ts'

type Options = GlobalOptions & WaitOptions & { readonly draft?: string; readonly message: string }

export function commit(program: Command, output: Output): void {
  const verb = program
    .command('commit')
    .description(
      'check a draft and make it the policy of all nodes; exit code 6 when others were first',
    )
    .option('--draft <name>', 'left out: your only draft')
    .option('-m, --message <note>', 'note for the history', '')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse commit -m 'shop: block mode'
  gatehouse commit --draft 'shop: block mode' -m 'after the replay' --no-wait`,
    )
  addWaitOptions(verb).action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const { settings } = settingsOf(command)
    const timeout_ms = waitOf(options)
    await onPolicyServer(
      settings,
      async (api) => {
        const { id, etag } = await findDraft(api, options.draft)
        if (!options.json) {
          // Of one that is stale, what it means to change; the call below says why it cannot.
          const query = { to: `draft:${id}` }
          printDiff(await api.call('GET /api/v1/policy/diff', { query }), output)
        }
        const input = { params: { id }, etag, body: { message: options.message } }
        const done = await api.call('POST /api/v1/drafts/{id}/commit', input)
        tellCommit(done, options, output)
        await finish(api, done, timeout_ms, options, output)
      },
      { timeout_ms: 300_000 },
    )
  })
}
