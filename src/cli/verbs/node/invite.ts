/** `gatehouse node invite`: the one line to type on a new machine. */
import type { Command } from 'commander'
import { isLoopback } from '#base/address.ts'
import { Fault } from '#base/fault.ts'
import { Duration } from '#base/schema.ts'
import { NodeRole } from '#model/node-role.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { closedPorts } from '../../cluster.ts'
import { cliFaults } from '../../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../../local.ts'
import type { Output } from '../../output.ts'

type Options = GlobalOptions & {
  readonly roles: string
  readonly group: string
  readonly ttl: string
}

export function invite(nodes: Command, output: Output): void {
  nodes
    .command('invite')
    .description('print the line that makes a machine a node; it works once')
    .option('--roles <roles>', `what it does: ${NodeRole.options.join(', ')}`, 'edge')
    .option('--group <name>', 'group of nodes that it belongs to', '')
    .option('--ttl <duration>', 'how long the line works: 1m to 7d', '15m')
    .addHelpText(
      'after',
      `
A node with the role analytics keeps records for the console: it wants the same PostgreSQL as the policy server.

Examples:
  gatehouse node invite
  gatehouse node invite --roles edge --group berlin --ttl 1h
  ssh edge-2 "$(gatehouse node invite)"`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const body = {
        roles: rolesOf(options.roles),
        group: options.group,
        ttl_s: secondsOf(options.ttl),
      }
      const { settings } = settingsOf(command)
      const { made, is_known } = await onPolicyServer(settings, async (api) => ({
        made: await api.call('POST /api/v1/invites', { body }),
        is_known: options.group === '' || (await hasGroup(api, options.group)),
      }))
      if (options.json) output.json(made)
      else output.line(made.command)
      output.note(
        `\nType it on the new machine before ${made.expires_at}. It works once; whoever has it can join.`,
      )
      if (!is_known)
        output.note(
          `warning: the policy has no group "${options.group}" yet\n  next: add groups: [{ name: ${options.group} }] to it`,
        )
      // Of another machine we do not know where it listens.
      const closed = settings.remote ? [] : closedPorts(settings)
      if (closed.length === 0) {
        // What runs counts: it may be older than the file.
        if (!settings.remote && isLoopback(hostOf(made.command)))
          output.note(
            'warning: Gatehouse listens for nodes on loopback only, the file says otherwise by now\n  next: stop and start it, then invite again',
          )
        return
      }
      output.note(
        `warning: no other machine reaches ${closed.join(' and ')}, loopback only\n  next: cluster: { listen: "*:12346", address: NAME_OF_THIS_MACHINE } and analytics: { listen: "*:3313" } in the settings, then stop and start`,
      )
    })
}

/** Before the first commit there is none. */
async function hasGroup(api: ApiClient, group: string): Promise<boolean> {
  try {
    const { document } = await api.call('GET /api/v1/policy')
    const groups = document['groups'] as readonly { readonly name: string }[] | undefined
    return groups?.some((one) => one.name === group) ?? false
  } catch (error) {
    if (error instanceof Fault && error.code === 'policy.not_found') return false
    throw error
  }
}

/** Where new nodes are told to go: `gatehouse join HOST:PORT …`. */
function hostOf(command: string): string {
  const [, host = ''] = /\bjoin (\S+):\d+/.exec(command) ?? []
  return host.replace(/^\[|\]$/g, '')
}

function rolesOf(text: string): NodeRole[] {
  const roles = text.split(',').map((word) => {
    const role = NodeRole.safeParse(word.trim())
    if (role.success) return role.data
    throw cliFaults.usage({
      why: `Cannot use --roles ${text}: "${word.trim()}" is none of ${NodeRole.options.join(', ')}`,
    })
  })
  return [...new Set(roles)]
}

function secondsOf(text: string): number {
  const seconds = (Duration.safeParse(text).data ?? 0) / 1000
  if (seconds >= 60 && seconds <= 604_800) return Math.trunc(seconds)
  throw cliFaults.usage({ why: `Cannot use --ttl ${text}: expected 1m to 7d, such as 15m or 1h` })
}
