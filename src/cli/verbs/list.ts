/** `gatehouse list`: the IP lists, and what is put on them and taken off. */
import type { Command } from 'commander'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import {
  addEntryOptions,
  type EntryOptions,
  entriesOf,
  entryOf,
  kindOf,
  shown,
  untilOf,
} from './list/entries.ts'

type ListOptions = GlobalOptions & {
  readonly search?: string
  readonly history?: true
  readonly limit: string
}

export function list(program: Command, output: Output): void {
  const lists = program
    .command('list')
    .description('IP lists: show, add, remove; allow is asked before deny, deny before gray')
    .argument('[kind]', 'allow, deny or gray; left out: all')
    .option('--search <text>', 'an address inside the network, or text in reason and origin')
    .option('--history', 'also what has ended in the last 90 days')
    .option('--limit <count>', 'at most so many (200)', '50')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse list deny
  gatehouse list --search 203.0.113.9 --history
  gatehouse list add allow 198.51.100.0/24 --forever --reason 'our office'
  gatehouse list remove 198.51.100.0/24`,
    )
    .action((kind: string | undefined, _options: unknown, command: Command) =>
      show(kind, command, output),
    )
  add(lists, output)
  remove(lists, output)
}

async function show(kind: string | undefined, command: Command, output: Output): Promise<void> {
  const options = command.optsWithGlobals<ListOptions>()
  const { settings } = settingsOrLeast(command, output)
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw cliFaults.usage({ why: `Cannot use --limit ${options.limit}: expected 1 to 200` })
  }
  const query = {
    limit,
    ...(kind !== undefined && { kind: kindOf(kind) }),
    ...(options.search && { q: options.search }),
    ...(options.history && { is_history: 'true' as const }),
  }
  const page = await onPolicyServer(settings, (api) => api.call('GET /api/v1/lists', { query }))
  if (options.json) return output.json(page)
  if (page.items.length === 0) return output.line('Nothing is on the list.')
  await output.table(
    ['LIST', 'NETWORK', 'SITE', 'UNTIL', 'BY', 'ORIGIN', 'REASON'],
    page.items.map((entry) => [
      entry.kind,
      entry.network,
      entry.site || 'all',
      entry.ended_at ? `ended ${untilOf({ expires_at: entry.ended_at })}` : untilOf(entry),
      shown(entry.ended_at ? `${entry.created_by}, ${entry.ended_by}` : entry.created_by),
      entry.origin,
      shown(entry.reason).slice(0, 60),
    ]),
  )
  if (page.next_cursor) output.note('There are more: raise --limit or narrow with --search.')
}

function add(lists: Command, output: Output): void {
  addEntryOptions(
    lists
      .command('add')
      .description('put an address or network on a list')
      .argument('<kind>', 'allow, deny or gray')
      .argument('<network>', 'such as 203.0.113.9 or 2001:db8::/32'),
  )
    .addHelpText(
      'after',
      "\nExamples:\n  gatehouse list add gray 203.0.113.0/24 --for 7d --reason 'hosting provider'",
    )
    .action(async (kind: string, network: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & EntryOptions>()
      const body = entryOf(kindOf(kind), network, options)
      const { settings } = settingsOf(command)
      const entry = await onPolicyServer(settings, (api) =>
        api.call('POST /api/v1/lists', { body }),
      )
      if (options.json) return output.json(entry)
      output.line(`${entry.network} is on the ${entry.kind} list, ${untilOf(entry)} (${entry.id})`)
    })
}

function remove(lists: Command, output: Output): void {
  lists
    .command('remove')
    .description('take an entry off its list')
    .argument('<what>', 'id of the entry, or its network')
    .addHelpText('after', '\nExamples:\n  gatehouse list remove 198.51.100.0/24')
    .action(async (what: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const removed = await onPolicyServer(settings, async (api) => {
        const found = await idsOf(what, (text) => entriesOf(api, text))
        for (const id of found) await api.call('DELETE /api/v1/lists/{id}', { params: { id } })
        return found
      })
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json({ removed })
      output.line(`${what} is off the list`)
    })
}

async function idsOf(
  what: string,
  find: (network: string) => ReturnType<typeof entriesOf>,
): Promise<string[]> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(what)) return [what]
  const { exact, wider } = await find(what)
  if (exact.length > 0) return exact.map((entry) => entry.id)
  const known = wider.map((entry) => entry.network).join(', ')
  throw cliFaults.not_listed({ network: what, known: known || 'nothing that holds it' })
}
