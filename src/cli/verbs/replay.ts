/** `gatehouse replay`: what a draft would do differently with the requests of the last hours. */
import type { Command } from 'commander'
import type { ReplayResult } from '#model/replay.ts'
import { findDraft } from '../drafts.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import { countOf, oneLine } from '../policy-words.ts'

type Options = GlobalOptions & {
  readonly draft?: string
  readonly hours: string
  readonly requests: string
  readonly exitCode?: true
}

export function replay(program: Command, output: Output): void {
  program
    .command('replay')
    .description('ask a draft about recorded requests: what would newly be blocked or let through')
    .option('--draft <name>', 'left out: your only draft')
    .option('--hours <hours>', 'requests of so many hours', '24')
    .option('--requests <count>', 'at most so many, the newest', '10000')
    .option('--exit-code', 'exit with 1 when a request would newly be blocked')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse replay
  gatehouse replay --draft 'shop: block mode' --hours 168 --json | jq .newly_blocked`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const hours = Number(options.hours)
      if (!(hours >= 0.1 && hours <= 720))
        throw cliFaults.usage({ why: `Cannot use --hours ${options.hours}: expected 0.1 to 720` })
      const body = { hours, requests_max: countOf('--requests', options.requests, 100_000) }
      const { settings } = settingsOrLeast(command, output)
      const result = await onPolicyServer(
        settings,
        async (api) => {
          const { id, name } = await findDraft(api, options.draft)
          if (!options.json) output.note(`Replaying on "${oneLine(name)}" …`)
          return api.call('POST /api/v1/drafts/{id}/replay', { params: { id }, body })
        },
        { timeout_ms: 300_000 },
      )
      if (options.json) output.json(result)
      else await print(result, output)
      if (options.exitCode && result.newly_blocked > 0) throw new Exit(exit.failed)
    })
}

async function print(result: ReplayResult, output: Output): Promise<void> {
  const { changes } = result
  if (changes.length > 0) {
    await output.table(
      ['', 'REQUESTS', 'CLIENTS', 'SITE', 'PARAMETER', 'RULES', 'EXAMPLE'],
      changes.map((one) => [
        one.kind === 'newly_blocked' ? 'newly blocked' : 'let through',
        String(one.requests),
        String(one.clients),
        one.site,
        oneLine(one.parameter, 40),
        one.rule_ids.slice(0, 5).join(' ') + (one.rule_ids.length > 5 ? ' …' : ''),
        oneLine(one.example, 60),
      ]),
    )
    output.line()
  }
  const { requests, newly_blocked, newly_let_through, same, not_replayed, took_ms } = result
  output.line(
    `${requests} requests: ${newly_blocked} newly blocked, ${newly_let_through} newly let through, ${same} the same, ${not_replayed} not replayed (${(took_ms / 1000).toFixed(1)} s)`,
  )
  if (requests === 0)
    output.note('No requests are recorded yet: edge.sample_requests_per_s says how many are kept.')
}
