/** `gatehouse user`: who may use console and API, and help for those who cannot log in. */
import type { Command } from 'commander'
import type { Role } from '#model/user.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

export function user(program: Command, output: Output): void {
  const users = program
    .command('user')
    .description('users of console and API: list, add, role, remove, help with a login')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse user add vera --role analyst
  gatehouse user role vera administrator
  gatehouse user reset-password admin
  gatehouse user remove-totp vera`,
    )
  list(users, output)
  add(users, output)
  role(users, output)
  remove(users, output)
  reset(users, output)
  removeTotp(users, output)
}

const isJson = (command: Command) => command.optsWithGlobals<GlobalOptions>().json === true

function list(users: Command, output: Output): void {
  users
    .command('list')
    .description('list users with roles and last logins')
    .action(async (_options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const answer = await onPolicyServer(settings, (api) => api.call('GET /api/v1/users'))
      if (isJson(command)) return output.json(answer)
      await output.table(
        ['NAME', 'ROLE', 'SECOND FACTOR', 'LAST LOGIN', ''],
        answer.users.map((one) => [
          one.username,
          one.role,
          one.has_totp ? 'yes' : '-',
          one.last_login_at?.slice(0, 16).replace('T', ' ') ?? 'never',
          one.must_change_password ? 'must change the password' : '',
        ]),
      )
    })
}

function add(users: Command, output: Output): void {
  users
    .command('add')
    .description('make a user with a one-time password')
    .argument('<username>')
    .requiredOption('--role <role>', 'viewer, analyst or administrator')
    .action(async (username: string, options: { role: string }, command: Command) => {
      const { settings } = settingsOf(command)
      const body = { username, role: roleNamed(options.role) }
      const answer = await onPolicyServer(settings, (api) =>
        api.call('POST /api/v1/users', { body }),
      )
      tell(answer, command, output)
    })
}

function role(users: Command, output: Output): void {
  users
    .command('role')
    .description('give a user another role; ends all sessions of that user')
    .argument('<username>')
    .argument('<role>', 'viewer, analyst or administrator')
    .action(async (username: string, name: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const input = { params: { username }, body: { role: roleNamed(name) } }
      const answer = await onPolicyServer(settings, (api) =>
        api.call('PUT /api/v1/users/{username}', input),
      )
      if (isJson(command)) return output.json(answer)
      output.line(`${answer.username} is ${answer.role} now`)
    })
}

function remove(users: Command, output: Output): void {
  users
    .command('remove')
    .description('remove a user with all sessions and tokens')
    .argument('<username>')
    .action(async (username: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const params = { username }
      await onPolicyServer(settings, (api) =>
        api.call('DELETE /api/v1/users/{username}', { params }),
      )
      if (isJson(command)) return output.json({ username })
      output.line(`${username} is removed`)
    })
}

function reset(users: Command, output: Output): void {
  users
    .command('reset-password')
    .alias('reset')
    .description('give a user a one-time password; ends all sessions of that user')
    .argument('<username>')
    .addHelpText('after', '\nExamples:\n  gatehouse user reset-password admin')
    .action(async (username: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const params = { username }
      const answer = await onPolicyServer(settings, (api) =>
        api.call('POST /api/v1/users/{username}/password-reset', { params }),
      )
      tell(answer, command, output)
    })
}

function removeTotp(users: Command, output: Output): void {
  users
    .command('remove-totp')
    .description('take the second factor off a user who lost it; ends all sessions of that user')
    .argument('<username>')
    .action(async (username: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const params = { username }
      await onPolicyServer(settings, (api) =>
        api.call('DELETE /api/v1/users/{username}/totp', { params }),
      )
      if (isJson(command)) return output.json({ username })
      output.line(`${username} logs in with the password alone now`)
    })
}

function tell(
  answer: { readonly username: string; readonly one_time_password: string },
  command: Command,
  output: Output,
): void {
  if (isJson(command)) {
    output.json(answer)
    return
  }
  output.line(`${answer.username} / ${answer.one_time_password}`)
  output.note('It works once: the console asks for a new password at the next login.')
}

function roleNamed(text: string): Exclude<Role, 'deploy'> {
  if (text === 'viewer' || text === 'analyst' || text === 'administrator') return text
  throw cliFaults.usage({
    why: `unknown role "${text}": expected viewer, analyst or administrator`,
  })
}
