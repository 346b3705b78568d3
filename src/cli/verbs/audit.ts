/** `gatehouse audit`: who changed what, and whether that log is still what was written. */
import type { Command } from 'commander'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

type ListOptions = GlobalOptions & { readonly limit: string; readonly search?: string }
type VerifyOptions = GlobalOptions & { readonly head?: string }

export function audit(program: Command, output: Output): void {
  const audits = program
    .command('audit')
    .description('the activity log: list entries, verify that none was changed or taken out')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse audit list --search policy.commit
  gatehouse audit verify
  gatehouse audit verify --head "$(cat head-noted-last-month)"`,
    )
  list(audits, output)
  verify(audits, output)
}

function list(audits: Command, output: Output): void {
  audits
    .command('list')
    .description('list what was changed, newest first')
    .option('--search <text>', 'only entries with this text in any field')
    .option('--limit <count>', 'at most so many (200)', '20')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>()
      const { settings } = settingsOrLeast(command, output)
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
        throw cliFaults.usage({ why: `Cannot use --limit ${options.limit}: expected 1 to 200` })
      }
      const query = { limit, ...(options.search && { q: options.search }) }
      const page = await onPolicyServer(settings, (api) =>
        api.call('GET /api/v1/activity', { query }),
      )
      if (options.json) return output.json(page)
      await output.table(
        ['NUMBER', 'TIME', 'WHO', 'FROM', 'ACTION', 'SUBJECT', 'DETAILS'],
        page.items.map((one) => [
          String(one.number),
          one.at.slice(0, 19).replace('T', ' '),
          shown(one.who),
          one.client,
          one.action,
          shown(one.subject),
          shown(JSON.stringify(one.details)).slice(0, 100),
        ]),
      )
      if (page.next_cursor) output.note('There are more: raise --limit or narrow with --search.')
    })
}

/** Names are chosen by people: none of them steers the terminal. */
function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd')
}

function verify(audits: Command, output: Output): void {
  audits
    .command('verify')
    .description('recompute the chain of hashes; exit code 1 when an entry was changed or is gone')
    .option('--head <hash>', 'a hash noted earlier: it must be part of the chain')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<VerifyOptions>()
      const { settings } = settingsOrLeast(command, output)
      const head = options.head?.trim().toLowerCase()
      if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
        throw cliFaults.usage({ why: 'Cannot use --head: expected 64 hexadecimal digits' })
      }
      const check = await onPolicyServer(settings, (api) =>
        api.call('GET /api/v1/activity/verify', { query: head === undefined ? {} : { head } }),
      )
      if (options.json) output.json(check)
      else if (check.is_intact) {
        output.line(`intact: ${check.entries} entries, head ${check.head || '-'}`)
        output.note('Note the head elsewhere: with it nobody can rewrite what was before.')
      } else output.line(`broken: ${check.reason} (${check.entries} entries before it are good)`)
      if (!check.is_intact) throw new Exit(exit.failed)
    })
}
