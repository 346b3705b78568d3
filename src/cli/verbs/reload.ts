/** `gatehouse reload`: apply changed settings and rules to the running Gatehouse. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { invalidSettings } from '#base/settings.ts'
import type { NodeStatus } from '#model/node.ts'
import { printDiff } from '../diff-lines.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { tellFindings } from '../findings.ts'
import { type GlobalOptions, nodeStatus, onPolicyServer } from '../local.ts'
import type { Output } from '../output.ts'
import { addWaitOptions, finish, type WaitOptions, waitOf } from '../publishing.ts'
import { commitLine } from '../rollout.ts'
import { loadSettings, type Settings, settingsFile } from '../settings.ts'
import { pidFile } from '../supervisor/pid-file.ts'

type Options = GlobalOptions &
  WaitOptions & {
    readonly takeFile?: true
    readonly message: string
    readonly dryRun?: true
    readonly yes?: true
  }

export function reload(program: Command, output: Output): void {
  const verb = program
    .command('reload')
    .description('apply changed settings and rules without losing a request')
    .option('--take-file', 'commit sites and rules of the file, also over changes made elsewhere')
    .option('-m, --message <note>', 'with --take-file: note for the history', '')
    .option('--dry-run', 'with --take-file: only show what it would change')
    .option('--yes', 'with --take-file: also when it removes something')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse reload
  gatehouse check && gatehouse reload
  gatehouse reload --take-file --dry-run`,
    )
  addWaitOptions(verb).action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const result = loadSettings(settingsFile(options.settings))
    if (result.kind === 'invalid') throw invalidSettings(result.problems)
    const { loadPolicy } = await import('../policy.ts')
    loadPolicy(result.data)
    if (options.takeFile && !(await takeFile(result.data, options, output))) return
    await signalAndWait(result.data, options, output)
  })
}

/** Commits what the file says of the policy; false when it was only to be shown. */
async function takeFile(settings: Settings, options: Options, output: Output): Promise<boolean> {
  const { demandYes, policyWithFile } = await import('../file-import.ts')
  const timeout_ms = waitOf(options)
  return onPolicyServer(
    settings,
    async (api) => {
      const { document, base_revision, note_required } = await policyWithFile(api, settings)
      const { diff, check } = await api.call('POST /api/v1/policy/compare', { body: { document } })
      if (!options.json || options.dryRun) printDiff(diff, output)
      tellFindings(check, output)
      if (!check.is_good) throw new Exit(exit.usage)
      if (options.dryRun) return false
      demandYes(diff.changes.filter((one) => one.kind === 'removed').length, options.yes === true)
      const message = options.message || (note_required ? '' : 'From gatehouse.yaml')
      const body = { document, message, base_revision }
      const done = await api.call('POST /api/v1/policy/apply', { body })
      if (!done.is_new) return true
      if (!options.json) output.line(commitLine(done.commit))
      await finish(api, done.commit, timeout_ms, options, output)
      return true
    },
    { timeout_ms: 300_000 },
  )
}

async function signalAndWait(settings: Settings, options: Options, output: Output): Promise<void> {
  const file = pidFile(settings.state_dir)
  const sent_at = systemClock.now()
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8'))
    process.kill(pid, 'SIGHUP')
  } catch (cause) {
    throw cliFaults.not_running({ why: `no running process is named in ${file}` }, { cause })
  }
  const now = await reloaded(settings, sent_at)
  const last = now?.last_reload ?? undefined
  if (options.json) output.json({ pid, bundle: now?.bundle ?? null, reload: last ?? null })
  if (now === undefined) {
    output.note(`no answer after ${wait_ms / 1000} s: the log of process ${pid} says why`)
    throw new Exit(exit.failed)
  }
  if (last?.is_done !== true) {
    output.note(last?.message ?? 'refused')
    throw new Exit(exit.failed)
  }
  // Done, but not all of it: what only a restart can change is told.
  if (last.message !== '') output.note(`warning: ${last.message}`)
  if (!options.json) output.line(`bundle ${now.bundle} is in force`)
}

const wait_ms = 60_000

/** Asks until the running process has reloaded after `since_ms`, done or refused, at most `wait_ms` long. */
async function reloaded(settings: Settings, since_ms: number): Promise<NodeStatus | undefined> {
  const end = systemClock.elapsed() + wait_ms
  while (systemClock.elapsed() < end) {
    const now = await nodeStatus(settings)
    if (now.last_reload && Date.parse(now.last_reload.at) >= since_ms) return now
    await systemClock.sleep(100)
  }
  return undefined
}
