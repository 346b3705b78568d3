/** `gatehouse draft check`, also reached as `gatehouse check --draft NAME`: compiles a draft and runs its rules' own tests. */
import type { Command } from 'commander'
import { findDraft } from '../../drafts.ts'
import { Exit, exit } from '../../exit.ts'
import { checkLine, tellFindings } from '../../findings.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../../local.ts'
import type { Output } from '../../output.ts'

export function checkVerb(drafts: Command, output: Output): void {
  drafts
    .command('check')
    .description(
      'compile a draft and run its rules’ own tests; exit code 2 when something is wrong',
    )
    .argument('[name]', 'left out: your only draft')
    .action((name: string | undefined, _options: unknown, command: Command) =>
      checkDraft(name, command, output),
    )
}

/** @throws Exit with 2 when the draft is not good */
export async function checkDraft(
  name: string | undefined,
  command: Command,
  output: Output,
): Promise<void> {
  const { settings } = settingsOrLeast(command, output)
  const result = await onPolicyServer(
    settings,
    async (api) => {
      const { id } = await findDraft(api, name)
      return api.call('POST /api/v1/drafts/{id}/check', { params: { id } })
    },
    { timeout_ms: 300_000 },
  )
  if (command.optsWithGlobals<GlobalOptions>().json) output.json(result)
  else {
    tellFindings(result, output)
    output.line(checkLine(result))
  }
  if (!result.is_good) throw new Exit(exit.usage)
}
