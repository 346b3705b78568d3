/** `gatehouse ban` and `unban`: keep an address out on every node, at once. */
import type { Command } from 'commander'
import type { ListEntry } from '#model/ip-list.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { addEntryOptions, type EntryOptions, entriesOf, entryOf, untilOf } from './list/entries.ts'

export function ban(program: Command, output: Output): void {
  addEntryOptions(
    program
      .command('ban')
      .description('keep an address or network out, on every node at once')
      .argument('<address>', 'such as 203.0.113.9, 203.0.113.0/24 or 2001:db8::/32'),
  )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse ban 203.0.113.9
  gatehouse ban 203.0.113.0/24 --for 12h --reason 'credential stuffing'
  gatehouse ban 2001:db8::/32 --forever --site shop`,
    )
    .action(async (address: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & EntryOptions>()
      const body = entryOf('deny', address, options)
      const { settings } = settingsOf(command)
      const entry = await onPolicyServer(settings, (api) =>
        api.call('POST /api/v1/lists', { body }),
      )
      if (options.json) return output.json(entry)
      const where = entry.site ? ` on ${entry.site}` : ''
      const until = entry.expires_at === null ? untilOf(entry) : `until ${untilOf(entry)}`
      output.line(`${entry.network} is kept out${where} ${until}`)
    })
}

export function unban(program: Command, output: Output): void {
  program
    .command('unban')
    .description('let an address or network in again, whoever banned it')
    .argument('<address>', 'as it stands in gatehouse list deny')
    .addHelpText('after', '\nExamples:\n  gatehouse unban 203.0.113.9')
    .action(async (address: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const { removed, wider } = await onPolicyServer(settings, async (api) => {
        const { exact, wider } = await entriesOf(api, address, 'deny')
        for (const { id } of exact) await api.call('DELETE /api/v1/lists/{id}', { params: { id } })
        return { removed: exact, wider }
      })
      if (removed.length === 0) throw notBanned(address, wider)
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json({ removed })
      for (const { network, origin } of removed)
        output.line(`${network} is let in again (${origin})`)
      const [still] = wider
      if (still)
        output.note(`It is still kept out by ${still.network}: gatehouse unban ${still.network}`)
    })
}

function notBanned(address: string, wider: readonly ListEntry[]): Error {
  const known = wider.map((entry) => entry.network).join(', ')
  return cliFaults.not_listed({ network: address, known: known || 'nothing that holds it' })
}
