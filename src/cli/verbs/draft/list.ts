/** `gatehouse draft list`. */
import type { Command } from 'commander'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../../local.ts'
import type { Output } from '../../output.ts'
import { oneLine } from '../../policy-words.ts'

export function list(drafts: Command, output: Output): void {
  drafts
    .command('list')
    .description('list all drafts, newest change first')
    .action(async (_options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const answer = await onPolicyServer(settings, (api) => api.call('GET /api/v1/drafts'))
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(answer)
      await output.table(
        ['NAME', 'OWNER', 'FROM REVISION', 'CHANGED', ''],
        answer.drafts.map((one) => [
          oneLine(one.name),
          oneLine(one.owner),
          String(one.base_revision),
          one.updated_at.slice(0, 16).replace('T', ' '),
          one.is_stale ? 'others committed since: gatehouse draft rebase' : '',
        ]),
      )
    })
}
