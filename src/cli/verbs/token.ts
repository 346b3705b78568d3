/** `gatehouse token`: tokens for programs, and for this command on other machines. */
import type { Command } from 'commander'
import { Duration } from '#base/schema.ts'
import { Role } from '#model/user.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

type CreateOptions = GlobalOptions & {
  readonly name: string
  readonly role?: string
  readonly deploy?: true
  readonly ttl: string
}

export function token(program: Command, output: Output): void {
  const tokens = program
    .command('token')
    .description('tokens for programs: list, create, revoke')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse token create --name ci --role analyst --ttl 90d > token && chmod 600 token
  gatehouse token create --name installer --deploy --ttl 1d
  gatehouse --server https://gate.example:8443 --token-file token attacks
  gatehouse token revoke 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f`,
    )
  list(tokens, output)
  create(tokens, output)
  revoke(tokens, output)
}

function list(tokens: Command, output: Output): void {
  tokens
    .command('list')
    .description('list tokens and when each was last used')
    .action(async (_options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const answer = await onPolicyServer(settings, (api) => api.call('GET /api/v1/tokens'))
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(answer)
      const minute = (at: string) => at.slice(0, 16).replace('T', ' ')
      await output.table(
        ['ID', 'NAME', 'OWNER', 'ROLE', 'EXPIRES', 'LAST USED'],
        answer.tokens.map((one) => [
          one.id,
          one.name,
          one.owner,
          one.role,
          one.expires_at ? minute(one.expires_at) : 'never',
          one.last_used_at ? minute(one.last_used_at) : 'never',
        ]),
      )
    })
}

function create(tokens: Command, output: Output): void {
  tokens
    .command('create')
    .description('make a token; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--role <role>', 'viewer, analyst or administrator; left out: your own')
    .option('--deploy', 'a token that brings nodes in and can do nothing else')
    .option('--ttl <duration>', 'how long it works, such as 12h or 90d; or never', '90d')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>()
      const { settings } = settingsOf(command)
      const body = {
        name: options.name,
        kind: options.deploy ? ('deploy' as const) : ('personal' as const),
        ttl_s: secondsOf(options.ttl),
        ...(options.role === undefined ? {} : { role: roleNamed(options.role) }),
      }
      const answer = await onPolicyServer(settings, (api) =>
        api.call('POST /api/v1/tokens', { body }),
      )
      if (options.json) return output.json(answer)
      output.line(answer.token)
      const end = answer.view.expires_at ? `until ${answer.view.expires_at}` : 'for ever'
      output.note(`Shown only now. It acts as ${answer.view.role}, ${end}; id ${answer.view.id}.`)
    })
}

function revoke(tokens: Command, output: Output): void {
  tokens
    .command('revoke')
    .description('make a token void at once')
    .argument('<id>', 'from gatehouse token list')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const params = { id }
      await onPolicyServer(settings, (api) => api.call('DELETE /api/v1/tokens/{id}', { params }))
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json({ id })
      output.line(`${id} is void`)
    })
}

function roleNamed(text: string): Role {
  const role = Role.safeParse(text)
  if (role.success) return role.data
  throw cliFaults.usage({
    why: `unknown role "${text}": expected viewer, analyst or administrator`,
  })
}

/** Null is for ever. */
function secondsOf(ttl: string): number | null {
  if (ttl === 'never') return null
  const duration = Duration.safeParse(ttl)
  if (duration.success && duration.data >= 60_000) return Math.floor(duration.data / 1000)
  throw cliFaults.usage({
    why: `Cannot use --ttl ${ttl}: expected at least 1m, such as 12h or 90d, or never`,
  })
}
