/** `gatehouse node group`, `revoke` and `remove`: changes that a policy server makes. */
import type { Command } from 'commander'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from '../../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../../local.ts'
import type { Output } from '../../output.ts'
import { nodeNamed } from './find.ts'

type Options = GlobalOptions & { readonly yes?: true }

export function changes(nodes: Command, output: Output): void {
  nodes
    .command('group')
    .description('put a node into another group')
    .argument('<name>')
    .argument('<group>', "'' for none")
    .addHelpText('after', '\nExamples:\n  gatehouse node group edge-2 hamburg')
    .action((name: string, group: string, _options: unknown, command: Command) =>
      change(command, output, name, `${name} is in ${group ? `group ${group}` : 'no group'}`, {
        call: (api, id) => api.call('PUT /api/v1/nodes/{id}', { params: { id }, body: { group } }),
      }),
    )
  nodes
    .command('revoke')
    .description('cut a node off, at once and everywhere: stolen, broken into, given away')
    .argument('<name>')
    .option('--yes', 'really; it must be invited anew to come back')
    .addHelpText('after', '\nExamples:\n  gatehouse node revoke edge-2 --yes')
    .action((name: string, _options: unknown, command: Command) => {
      if (!command.optsWithGlobals<Options>().yes) {
        throw cliFaults.usage({
          why: `Cannot revoke ${name} without --yes: it is cut off at once and must be invited anew to come back`,
        })
      }
      return change(command, output, name, `${name} is cut off`, {
        call: (api, id) => api.call('POST /api/v1/nodes/{id}/revoke', { params: { id } }),
        note: 'What is on its disk stays there: certificates and keys of the sites it served are known to whoever has it.',
      })
    })
  nodes
    .command('remove')
    .description('take a node that is revoked or gone off the list; its name is free again')
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  gatehouse node remove edge-2')
    .action((name: string, _options: unknown, command: Command) =>
      change(command, output, name, `${name} is off the list`, {
        call: (api, id) => api.call('DELETE /api/v1/nodes/{id}', { params: { id } }),
      }),
    )
}

type Change = {
  readonly call: (api: ApiClient, id: string) => Promise<unknown>
  readonly note?: string
}

async function change(
  command: Command,
  output: Output,
  name: string,
  done: string,
  { call, note }: Change,
): Promise<void> {
  const { settings } = settingsOf(command)
  const changed = await onPolicyServer(settings, async (api) => {
    const { nodes } = await api.call('GET /api/v1/nodes')
    const found = nodeNamed(
      name,
      nodes.map(({ status: _, ...node }) => node),
    )
    await call(api, found.id)
    return found
  })
  if (command.optsWithGlobals<Options>().json)
    return output.json({ id: changed.id, name: changed.name })
  output.line(done)
  if (note) output.note(note)
}
