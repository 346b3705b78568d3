/** `gatehouse apply`: a file becomes the policy, and its lists the IP lists. */
import type { Command } from 'commander'
import { Fault } from '#base/fault.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { printDiff } from '../diff-lines.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { listChanges } from '../file-lists.ts'
import { tellFindings } from '../findings.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { type FileEntry, placingProblems, policyOf, type ReadPolicy } from '../policy-file.ts'
import { counted, revisionOf } from '../policy-words.ts'
import { addWaitOptions, finish, type WaitOptions, waitOf } from '../publishing.ts'
import { commitLine } from '../rollout.ts'

type Options = GlobalOptions &
  WaitOptions & {
    readonly file: string
    readonly message: string
    readonly base?: string
    readonly dryRun?: true
    readonly force?: true
    readonly lists: boolean
  }

export function apply(program: Command, output: Output): void {
  const verb = program
    .command('apply')
    .description('make a file the policy of all nodes; what is not in it goes')
    .requiredOption('-f, --file <file>', 'YAML as gatehouse export writes it, - for standard input')
    .option('-m, --message <note>', 'note for the history', '')
    .option(
      '--base <revision>',
      'refuse when somebody committed since this revision; left out: that in the line # revision: of the file',
    )
    .option('--force', 'commit over what others committed since')
    .option('--dry-run', 'check it and show what would change')
    .option('--no-lists', 'leave the IP lists as they are')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse export -o policy.yaml && $EDITOR policy.yaml
  gatehouse apply -f policy.yaml --dry-run
  gatehouse apply -f policy.yaml -m 'shop: block mode'`,
    )
  addWaitOptions(verb).action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const { settings } = settingsOf(command)
    const timeout_ms = waitOf(options)
    if (options.base !== undefined && options.force)
      throw cliFaults.usage({ why: 'Cannot use --base together with --force' })
    const base = options.base === undefined ? undefined : revisionOf(options.base)
    const read = policyOf(options.file, output, options.json)
    const base_revision = base ?? (options.force ? undefined : read.revision)
    const patience = { timeout_ms: 300_000 }
    if (options.dryRun)
      return onPolicyServer(settings, (api) => rehearse(api, read, options, output), patience)
    const run: Run = { read, options, output, timeout_ms, base_revision }
    return onPolicyServer(settings, (api) => perform(api, run), patience)
  })
}

type Run = {
  readonly read: ReadPolicy
  readonly options: Options
  readonly output: Output
  readonly timeout_ms: number
  readonly base_revision: number | undefined
}

async function perform(api: ApiClient, run: Run): Promise<void> {
  const { read, options, output, timeout_ms, base_revision } = run
  const { document, lists } = read
  const { message, json = false } = options
  const placing = <T>(call: () => Promise<T>) => placingProblems(read, output, json, call)
  const body = { document, message, ...(base_revision !== undefined && { base_revision }) }
  const done = await placing(() => api.call('POST /api/v1/policy/apply', { body })).catch(
    (error: unknown) => {
      if (error instanceof Fault && error.code === 'policy.conflict' && !json)
        output.note(
          `This file is made from revision ${base_revision}; gatehouse diff ${base_revision} shows what others changed since. Export again and edit that, or --force commits over it.`,
        )
      throw error
    },
  )
  // Told before the lists: whatever becomes of them, this is committed.
  if (!json && done.is_new) {
    printDiff(done.diff, output)
    output.line(commitLine(done.commit))
  }
  const differs = async (wanted: readonly FileEntry[]): Promise<boolean> => {
    const { added, removed } = await listChanges(api, wanted)
    return added + removed > 0
  }
  const listed =
    lists && options.lists && (await differs(lists))
      ? await placing(() => api.call('PUT /api/v1/lists', { body: { entries: [...lists] } }))
      : undefined
  const { added = 0, removed = 0 } = listed ?? {}
  if (!json && added + removed > 0) output.line(`IP lists: ${added} added, ${removed} removed`)
  if (json) output.json({ ...done, ...(listed && { lists: listed }) })
  else if (!done.is_new)
    output.line(`nothing changed: revision ${done.commit.revision} is this policy already`)
  if (done.is_new) await finish(api, done.commit, timeout_ms, options, output)
}

/** Like the real thing, as far as one can without changing anything. */
async function rehearse(
  api: ApiClient,
  read: ReadPolicy,
  options: Options,
  output: Output,
): Promise<void> {
  const { document } = read
  const answer = await placingProblems(read, output, options.json === true, () =>
    api.call('POST /api/v1/policy/compare', { body: { document } }),
  )
  const lists = read.lists && options.lists ? await listChanges(api, read.lists) : undefined
  if (options.json) output.json({ ...answer, ...(lists && { lists }) })
  else {
    printDiff(answer.diff, output)
    if (lists && lists.added + lists.removed > 0)
      output.line(`IP lists: ${lists.added} to add, ${lists.removed} to remove`)
    tellFindings(answer.check, output, read)
    const count = answer.diff.changes.length
    if (answer.check.is_good)
      output.note(
        count === 0
          ? 'nothing would change'
          : `${counted(count, 'change')}; nothing was changed yet`,
      )
  }
  if (!answer.check.is_good) throw new Exit(exit.usage)
}
