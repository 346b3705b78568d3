/** `gatehouse diff`: what lies between two versions of the policy, or between a file and what is in force. */
import type { Command } from 'commander'
import type { PolicyDiff } from '#model/draft.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { printDiff } from '../diff-lines.ts'
import { findDraft } from '../drafts.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { listChanges } from '../file-lists.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import { placingProblems, policyOf, type ReadPolicy } from '../policy-file.ts'
import { revisionOf } from '../policy-words.ts'

type Options = GlobalOptions & {
  readonly file?: string
  readonly draft?: string
  readonly exitCode?: true
  readonly lists: boolean
}
type Found = PolicyDiff & { readonly lists?: { readonly added: number; readonly removed: number } }

export function diff(program: Command, output: Output): void {
  program
    .command('diff')
    .description(
      'show what differs between two versions; without arguments: your draft and what it was made from',
    )
    .argument('[from]', 'a revision, head, or draft:NAME')
    .argument('[to]', 'the same; left out: head')
    .option('-f, --file <file>', 'a file against the newest commit, - for standard input')
    .option('--draft <name>', 'this draft against what it was made from')
    .option('--no-lists', 'with --file: leave its IP lists out')
    .option('--exit-code', 'exit with 1 when something differs')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse diff
  gatehouse diff 11
  gatehouse diff 11 13
  gatehouse diff -f policy.yaml --exit-code || echo 'somebody changed the policy elsewhere'`,
    )
    .action(
      async (from: string | undefined, to: string | undefined, _: unknown, command: Command) => {
        const options = command.optsWithGlobals<Options>()
        const { file, json = false } = options
        const ways = [from, file, options.draft].filter((way) => way !== undefined)
        if (ways.length > 1)
          throw cliFaults.usage({
            why: 'Cannot compare all at once: name versions, --file or --draft',
          })
        const { settings } = settingsOrLeast(command, output)
        const read = file === undefined ? undefined : policyOf(file, output, json)
        const found = await onPolicyServer(
          settings,
          (api) =>
            read
              ? placingProblems(read, output, json, () => ofFile(api, read, options.lists))
              : ofVersions(api, { from, to, draft: options.draft }, output),
          { timeout_ms: 120_000 },
        )
        print(found, json, output)
        const { added = 0, removed = 0 } = found.lists ?? {}
        if (options.exitCode && found.changes.length + added + removed > 0)
          throw new Exit(exit.failed)
      },
    )
}

function print(found: Found, json: boolean, output: Output): void {
  if (json) {
    output.json(found)
    return
  }
  printDiff(found, output)
  const { added = 0, removed = 0 } = found.lists ?? {}
  if (added + removed > 0)
    output.line(`IP lists: ${added} only in the file, ${removed} only in force`)
  if (found.changes.length + added + removed === 0) output.note('no difference')
}

async function ofFile(api: ApiClient, read: ReadPolicy, with_lists: boolean): Promise<Found> {
  const body = { document: read.document }
  const { diff: changes } = await api.call('POST /api/v1/policy/compare', { body })
  const lists = with_lists ? read.lists : undefined
  return lists ? { ...changes, lists: await listChanges(api, lists) } : changes
}

async function ofVersions(
  api: ApiClient,
  { from, to, draft }: Readonly<Record<'from' | 'to' | 'draft', string | undefined>>,
  output: Output,
): Promise<Found> {
  if (from === undefined) {
    const { id, is_stale, base_revision } = await findDraft(api, draft)
    if (is_stale) {
      const what = base_revision > 0 ? `gatehouse diff ${base_revision}` : 'gatehouse export'
      output.note(
        `Others committed since this draft was made: ${what} shows what, gatehouse draft rebase puts it onto that`,
      )
    }
    return api.call('GET /api/v1/policy/diff', { query: { to: `draft:${id}` } })
  }
  const query = { from: await versionOf(api, from), to: await versionOf(api, to ?? 'head') }
  return api.call('GET /api/v1/policy/diff', { query })
}

async function versionOf(api: ApiClient, text: string): Promise<string> {
  if (text === 'head') return text
  if (text.startsWith('draft:')) return `draft:${(await findDraft(api, text.slice(6))).id}`
  return String(revisionOf(text))
}
