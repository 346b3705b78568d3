/** `gatehouse history`: what was committed, by whom, and how it went. */
import type { Command } from 'commander'
import type { CommitSummary } from '#model/draft.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import { countOf, oneLine } from '../policy-words.ts'

type Options = GlobalOptions & { readonly limit: string }

export function history(program: Command, output: Output): void {
  program
    .command('history')
    .description('list commits of the policy, newest first')
    .option('--limit <count>', 'at most so many (10000)', '20')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse history
  gatehouse history --limit 200 --json | jq -r '.items[] | select(.author == "vera").revision'`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const limit = countOf('--limit', options.limit, 10_000)
      const { settings } = settingsOrLeast(command, output)
      const { items, is_more } = await onPolicyServer(settings, (api) => commits(api, limit))
      if (options.json) return output.json({ items, is_more })
      await output.table(
        ['REVISION', 'BUNDLE', 'TIME', 'AUTHOR', 'CHANGES', 'ROLL-OUT', 'NOTE'],
        items.map((one) => [
          String(one.revision),
          one.bundle,
          one.at.slice(0, 19).replace('T', ' '),
          oneLine(one.author),
          String(one.changes),
          one.rollout.replaceAll('_', ' '),
          oneLine(one.message),
        ]),
      )
      if (is_more) output.note('There are more: raise --limit.')
    })
}

async function commits(
  api: ApiClient,
  limit: number,
): Promise<{ items: CommitSummary[]; is_more: boolean }> {
  const items: CommitSummary[] = []
  let cursor: string | null = null
  do {
    const query = { limit: Math.min(200, limit - items.length), ...(cursor ? { cursor } : {}) }
    const page: { items: CommitSummary[]; next_cursor: string | null } = await api.call(
      'GET /api/v1/policy/commits',
      { query },
    )
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null && items.length < limit)
  return { items, is_more: cursor !== null }
}
