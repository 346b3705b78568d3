/** `gatehouse user`: help somebody who cannot log in to the console. */
import type { Command } from 'commander'
import { type GlobalOptions, settingsOf, withApi } from '../local.ts'
import type { Output } from '../output.ts'

export function user(program: Command, output: Output): void {
  program
    .command('user')
    .description('users of the console')
    .command('reset-password')
    .description('give a user a one-time password; ends all sessions of that user')
    .argument('<username>')
    .addHelpText('after', '\nExamples:\n  gatehouse user reset-password admin')
    .action(async (username: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const params = { username }
      const answer = await withApi(settings, (api) =>
        api.call('POST /api/v1/users/{username}/password-reset', { params }),
      )
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(answer)
      output.line(`${answer.username} / ${answer.one_time_password}`)
      output.note('It works once: the console asks for a new password at the next login.')
    })
}
