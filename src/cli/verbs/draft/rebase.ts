/** `gatehouse draft rebase`: puts a draft's changes onto the newest commit. */
import type { Command } from 'commander'
import { findDraft } from '../../drafts.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../../local.ts'
import type { Output } from '../../output.ts'

export function rebase(drafts: Command, output: Output): void {
  drafts
    .command('rebase')
    .description(
      'put a draft’s changes onto the newest commit; exit code 6 when both changed the same',
    )
    .argument('[name]', 'left out: your only draft')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const draft = await onPolicyServer(settings, async (api) => {
        const { id } = await findDraft(api, name)
        return api.call('POST /api/v1/drafts/{id}/rebase', { params: { id } })
      })
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(draft)
      output.line(`"${draft.name}" stands on revision ${draft.base_revision}`)
    })
}
