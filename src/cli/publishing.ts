/** What verbs that commit have in common: their options about waiting, and how they end. */
import type { Command } from 'commander'
import { Duration } from '#base/schema.ts'
import type { CommitSummary } from '#model/draft.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from './faults.ts'
import type { GlobalOptions } from './local.ts'
import type { Output } from './output.ts'
import { commitLine, rolloutLine, waitForRollout } from './rollout.ts'

export type WaitOptions = { readonly wait: boolean; readonly timeout: string }

export function addWaitOptions(verb: Command): Command {
  return verb
    .option('--no-wait', 'do not wait until all nodes have it')
    .option('--timeout <duration>', 'wait so long at most; the roll-out goes on', '1h')
}

/** How long to wait for the roll-out; 0: not at all. Ask before anything is committed. @throws cli.usage */
export function waitOf({ wait, timeout: text }: WaitOptions): number {
  const timeout = Duration.safeParse(text)
  if (!timeout.success || timeout.data < 1000)
    throw cliFaults.usage({ why: `Cannot use --timeout ${text}: expected 1s or more, such as 10m` })
  return wait ? timeout.data : 0
}

/** What a verb that committed says first. */
export function tellCommit(commit: CommitSummary, { json }: GlobalOptions, output: Output): void {
  if (json) output.json(commit)
  else output.line(commitLine(commit))
}

/** Waits for the roll-out of a commit; not at all when `timeout_ms` is 0. Throws cli.stopped, cli.still_going. */
export async function finish(
  api: ApiClient,
  { revision }: CommitSummary,
  timeout_ms: number,
  { json }: GlobalOptions,
  output: Output,
): Promise<void> {
  if (timeout_ms === 0) return
  const rollout = await waitForRollout(api, revision, output, { timeout_ms })
  if (rollout && !json) output.line(rolloutLine(rollout))
}
