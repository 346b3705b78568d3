/** `gatehouse attacks`: what came in lately. */
import type { Command } from 'commander'
import { type AttackType, attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

type Options = GlobalOptions & {
  readonly since: string
  readonly type?: string
  readonly client?: string
  readonly site?: string
  readonly limit: string
}

export function attacks(program: Command, output: Output): void {
  program
    .command('attacks')
    .description('list attacks, newest first')
    .option('--since <span>', 'how far back: 15m, 1h, 24h, 7d', '24h')
    .option('--type <type>', `one of ${attackTypes.join(', ')}`)
    .option('--client <address>', 'only attacks with a hit from this address')
    .option('--site <name>', 'only attacks on this site')
    .option('--limit <count>', 'at most so many (200)', '20')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse attacks --since 1h --type sqli\n  gatehouse attacks --client 203.0.113.9 --json | jq .items[].value',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const { settings } = settingsOrLeast(command, output)
      if (!/^\d+(m|h|d)$/.test(options.since)) {
        throw cliFaults.usage({
          why: `Cannot use --since ${options.since}: expected a span such as 15m, 1h, 24h or 7d`,
        })
      }
      const query = {
        range: options.since,
        limit: Number(options.limit),
        ...(options.type && { type: typeNamed(options.type) }),
        ...(options.client && { client: options.client }),
        ...(options.site && { site: options.site }),
      }
      const page = await onPolicyServer(settings, (api) =>
        api.call('GET /api/v1/attacks', { query }),
      )
      if (options.json) return output.json(page)
      if (page.items.length === 0) {
        return output.line(`No attacks in the last ${options.since}. Try: gatehouse test attack`)
      }
      await output.table(
        [
          'LAST SEEN',
          'TYPE',
          'TARGET',
          'PARAMETER',
          'CLIENT',
          'HITS',
          'BLOCKED',
          'PAYLOAD',
          'LAST HIT',
        ],
        page.items.map((a) => [
          a.last_at.slice(0, 19).replace('T', ' '),
          attackTypeNames[a.attack_type],
          a.target.slice(0, 40),
          a.parameter.slice(0, 24),
          a.clients > 1 ? `${a.client} +${a.clients - 1}` : a.client,
          String(a.hits),
          String(a.blocked),
          a.value.slice(0, 40).replaceAll('\n', ' '),
          a.last_hit_id,
        ]),
      )
      output.note('Why: gatehouse why LAST_HIT. Let it through: gatehouse fix LAST_HIT.')
      if (page.next_cursor) output.note('There are more: raise --limit or narrow the filter.')
    })
}

function typeNamed(text: string): AttackType {
  const found = attackTypes.find((type) => type === text)
  if (!found)
    throw cliFaults.usage({
      why: `unknown attack type "${text}": expected one of ${attackTypes.join(', ')}`,
    })
  return found
}
